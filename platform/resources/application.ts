/** The application that the store holds. Its name and globals come from application.yaml. */
import { sql } from 'kysely'
import Type from 'typebox'
import { notFound } from '../base/refusals.ts'
import type { Platform } from '../platform.ts'
import { closed, Name, resourceFields, Time, toIso } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { applicationReadmeActions } from './application-readme.ts'
import { searchAction } from './application-search.ts'

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

/** Names of counts, between commas. */
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
      summary: 'Changes the application. Its name stands in application.yaml and is changed there.',
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
          ...(patch.description === undefined ? {} : { description: patch.description }),
          ...(patch.expUserTokenCutoff === undefined
            ? {}
            : { user_token_cutoff: Date.parse(patch.expUserTokenCutoff) }),
        }
        await platform.store.write((tx) => tx.updateTable('application').set(set).execute())
        return readApplication(platform, params)
      },
    }),

    ...applicationReadmeActions,
    search: searchAction,
  },
}

async function readApplication(
  { store }: Platform,
  { summaryInclude, summaryExclude }: { summaryInclude?: string; summaryExclude?: string },
) {
  const row = await store.read.selectFrom('application').selectAll().executeTakeFirst()
  if (!row) throw notFound({ what: 'Application' })
  const included = summaryInclude?.split(',')
  const excluded = summaryExclude?.split(',') ?? []
  const summary: Partial<Record<SummaryField, number>> = {}
  for (const field of summaryFields) {
    if (excluded.includes(field) || included?.includes(field) === false) continue
    const { rows } = await sql<{
      total: number
    }>`select count(*) as total from ${sql.table(summaryTables[field])}`.execute(store.read)
    summary[field] = Number(rows[0]?.total ?? 0)
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
