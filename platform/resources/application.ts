/** The application itself. Its name and its globals come from application.yaml. */
import { sql } from 'kysely'
import Type from 'typebox'
import { relayOf } from '../auth/own-device.ts'
import type { Platform } from '../platform.ts'
import { anyOf, countRows, fitsGlob } from '../records/conditions.ts'
import { closed, Id, Name, oneOf, resourceFields, Success, Time, toIso, toMs } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { startRunsOfMessage } from '../runs/runs-of-messages.ts'

const path = '/applications/{applicationId}'
const Description = Type.String({ maxLength: 1024 })

const summaryTables = {
  deviceCount: 'devices',
  keyCount: 'application_keys',
  experienceUserCount: 'experience_users',
  experienceGroupCount: 'experience_groups',
  apiTokenCount: 'api_tokens',
} as const
type SummaryField = keyof typeof summaryTables
const summaryFields = Object.keys(summaryTables) as SummaryField[]

const Count = Type.Optional(Type.Integer())
const ApplicationRecord = closed({
  ...resourceFields,
  name: Name,
  description: Description,
  expUserTokenCutoff: Type.Optional(Time),
  summary: closed({
    deviceCount: Count,
    keyCount: Count,
    experienceUserCount: Count,
    experienceGroupCount: Count,
    apiTokenCount: Count,
  }),
})

const Readme = closed({ applicationId: Id, content: Type.String(), lastUpdated: Type.Optional(Time) })

const maxFound = 25

/** The tables that are searched by name and ID: Losant's word for a row, and the column of its name. */
const searched = [
  { type: 'device', table: 'devices', name: 'name' },
  { type: 'experienceUser', table: 'experience_users', name: 'email' },
  { type: 'experienceGroup', table: 'experience_groups', name: 'name' },
  { type: 'applicationApiToken', table: 'api_tokens', name: 'name' },
] as const
const types = searched.map(({ type }) => type)

/** Names of counts, separated by commas. */
const names = Type.Optional(Type.String({ maxLength: 1024 }))
const summaryParams = { summaryInclude: names, summaryExclude: names }

export const application: Resource = {
  name: 'application',
  summary: 'The application itself.',
  actions: {
    get: defineAction({
      summary: 'Returns the application.',
      method: 'GET',
      path,
      params: closed(summaryParams),
      result: ApplicationRecord,
      scopes: ['all.Application', 'all.Application.read', 'all.Application.cli'],
      run: (params, { platform }) => readApplication(platform, params),
    }),

    patch: defineAction({
      summary: 'Changes the application. Its name is set in application.yaml.',
      method: 'PATCH',
      path,
      body: 'application',
      params: closed({
        ...summaryParams,
        application: closed({
          description: Type.Optional(Description),
          expUserTokenCutoff: Type.Optional(Time),
        }),
      }),
      result: ApplicationRecord,
      scopes: ['all.Application', 'all.Application.cli'],
      async run({ application: patch, ...params }, { platform }) {
        const set = {
          updated_at: platform.clock.now(),
          description: patch.description,
          user_token_cutoff: toMs(patch.expUserTokenCutoff),
        }
        await platform.store.write((tx) => tx.updateTable('application').set(set).execute())
        return readApplication(platform, params)
      },
    }),

    mqttPublishMessage: defineAction({
      summary: 'Publishes a message to the MQTT clients and the flows that listen to its topic.',
      method: 'POST',
      path: `${path}/mqttPublishMessage`,
      body: 'payload',
      params: closed({
        payload: closed({
          topic: Type.String({
            minLength: 1,
            maxLength: 230,
            pattern: '^(?!losant|[$])[^+#]+$',
            description: 'Without wildcards, and none of the topics of devices: `losant/…`.',
          }),
          message: Type.String({ maxLength: 32_767 }),
        }),
      }),
      result: Success,
      scopes: ['all.Application'],
      async run({ payload: { topic, message: text } }, context) {
        const { platform } = context
        await startRunsOfMessage(platform, { topic, text, relay: relayOf(context) })
        platform.events.emit('messagePublished', { topic, text })
        return { success: true as const }
      },
    }),

    readme: defineAction({
      summary: "Returns the application's readme.",
      method: 'GET',
      path: `${path}/readme`,
      params: closed({}),
      result: Readme,
      scopes: ['all.Application', 'all.Application.read', 'all.Application.cli'],
      run: (_params, { platform }) => readReadme(platform),
    }),

    readmePatch: defineAction({
      summary: "Changes the application's readme.",
      method: 'PATCH',
      path: `${path}/readme`,
      body: 'readme',
      params: closed({ readme: closed({ content: Type.Optional(Type.String({ maxLength: 131_072 })) }) }),
      result: Readme,
      scopes: ['all.Application', 'all.Application.cli'],
      async run({ readme: { content } }, { platform }) {
        if (content !== undefined) {
          const set = { readme: content, readme_updated_at: platform.clock.now() }
          await platform.store.write((tx) => tx.updateTable('application').set(set).execute())
        }
        return readReadme(platform)
      },
    }),

    search: defineAction({
      summary: 'Finds devices, users, groups and API tokens by part of their name, or by ID; 25 of each at most.',
      method: 'GET',
      path: `${path}/search`,
      params: closed({ filter: Type.String({ minLength: 1, maxLength: 255 }) }),
      result: Type.Array(closed({ _type: oneOf(types), id: Id, name: Type.String() })),
      scopes: ['all.Application', 'all.Application.read'],
      async run({ filter }, { platform }) {
        const { read } = platform.store
        const found = await Promise.all(
          searched.map(async ({ type, table, name }) => {
            const fits = [name, 'id'].map((column) => fitsGlob(sql.ref(column), `*${filter}*`))
            const { rows } = await sql<{ id: string; name: string }>`select id, ${sql.ref(name)} as name
              from ${sql.table(table)} where ${anyOf(fits)} order by ${sql.ref(name)}, id
              limit ${sql.lit(maxFound)}`.execute(read)
            return rows.map((row) => ({ _type: type, ...row }))
          }),
        )
        return found.flat()
      },
    }),
  },
}

async function readApplication(
  { store }: Platform,
  { summaryInclude, summaryExclude }: { summaryInclude?: string; summaryExclude?: string },
) {
  const row = await store.read.selectFrom('application').selectAll().executeTakeFirstOrThrow()
  const included = summaryInclude?.split(',')
  const excluded = summaryExclude?.split(',') ?? []
  const summary: Partial<Record<SummaryField, number>> = {}
  for (const field of summaryFields) {
    if (excluded.includes(field) || included?.includes(field) === false) continue
    summary[field] = await countRows(store.read, sql.table(summaryTables[field]))
  }
  return {
    id: row.id,
    applicationId: row.id,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    name: row.name,
    description: row.description,
    ...(row.user_token_cutoff === null ? {} : { expUserTokenCutoff: toIso(row.user_token_cutoff) }),
    summary,
  }
}

async function readReadme({ store }: Platform) {
  const row = await store.read.selectFrom('application').selectAll().executeTakeFirstOrThrow()
  return {
    applicationId: row.id,
    content: row.readme ?? '',
    ...(row.readme_updated_at === null ? {} : { lastUpdated: toIso(row.readme_updated_at) }),
  }
}
