/** Finds resources of the application by part of their name. */
import { sql } from 'kysely'
import Type from 'typebox'
import { anyOf, fitsGlob } from '../records/conditions.ts'
import { closed, Id, oneOf } from '../records/schemas.ts'
import { defineAction } from '../resource.ts'

const MAX_FOUND = 25

/** What has a name, under Losant's word for it, and the columns that are searched. */
const searched = [
  { type: 'device', table: 'devices', name: 'name', columns: ['name', 'id'] },
  { type: 'experienceUser', table: 'experience_users', name: 'email', columns: ['email', 'id'] },
  { type: 'experienceGroup', table: 'experience_groups', name: 'name', columns: ['name', 'id'] },
  { type: 'applicationApiToken', table: 'api_tokens', name: 'name', columns: ['name', 'id'] },
] as const
const types = searched.map(({ type }) => type)

export const searchAction = defineAction({
  summary: 'Finds devices, users, groups and API tokens by part of their name, or by ID; 25 of each at most.',
  method: 'GET',
  path: '/applications/{applicationId}/search',
  params: closed({ filter: Type.String({ minLength: 1, maxLength: 255 }) }),
  result: Type.Array(closed({ _type: oneOf(types), id: Id, name: Type.String() })),
  scopes: ['all.Application', 'all.Application.read'],
  async run({ filter }, { platform }) {
    const { read, dialect } = platform.store
    const found = await Promise.all(
      searched.map(async ({ type, table, name, columns }) => {
        const fits = columns.map((column) => fitsGlob(dialect, sql.ref(column), `*${filter}*`))
        const { rows } = await sql<{ id: string; name: string }>`select id, ${sql.ref(name)} as name
          from ${sql.table(table)} where ${anyOf(fits)} order by ${sql.ref(name)}, id
          limit ${sql.lit(MAX_FOUND)}`.execute(read)
        return rows.map((row) => ({ _type: type, ...row }))
      }),
    )
    return found.flat()
  },
})
