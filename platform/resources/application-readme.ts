/** The application's readme: actions of the resource `application`. */
import Type from 'typebox'
import { notFound } from '../base/refusals.ts'
import type { Platform } from '../platform.ts'
import { closed, Id, Time, toIso } from '../records/schemas.ts'
import { defineAction } from '../resource.ts'

const path = '/applications/{applicationId}/readme'
const Readme = closed({ applicationId: Id, content: Type.String(), lastUpdated: Type.Optional(Time) })

export const applicationReadmeActions = {
  readme: defineAction({
    summary: "Returns the application's readme.",
    method: 'GET',
    path,
    params: closed({}),
    result: Readme,
    scopes: ['all.Application', 'all.Application.read', 'all.Application.cli'],
    run: (_params, { platform }) => readReadme(platform),
  }),

  readmePatch: defineAction({
    summary: "Changes the application's readme.",
    method: 'PATCH',
    path,
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
}

async function readReadme({ store }: Platform) {
  const row = await store.read
    .selectFrom('application')
    .select(['id', 'readme', 'readme_updated_at'])
    .executeTakeFirst()
  if (!row) throw notFound({ what: 'Application' })
  return {
    applicationId: row.id,
    content: row.readme ?? '',
    ...(row.readme_updated_at === null ? {} : { lastUpdated: toIso(row.readme_updated_at) }),
  }
}
