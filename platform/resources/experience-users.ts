/** The experience users of the application. */
import { sql } from 'kysely'
import Type from 'typebox'
import { AdvancedQuery } from '../records/advanced-query.ts'
import type { Condition } from '../records/conditions.ts'
import {
  ExperienceUserRecord,
  emailTaken,
  insertUser,
  readUser,
  readUserRow,
  toUser,
  toUserRow,
  toUsers,
  UserPost,
} from '../records/experience-user-record.ts'
import { type ListSpec, list, listParams, listResult } from '../records/list.ts'
import { compileUserQuery } from '../records/people-query.ts'
import { closed, Flag, isSet } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/experience/users'
const spec: ListSpec<'experience_users'> = {
  table: 'experience_users',
  sort: {
    email: 'email',
    firstName: 'first_name',
    lastName: 'last_name',
    id: 'id',
    creationDate: 'created_at',
    lastLogin: 'last_login_at',
    lastUpdated: 'updated_at',
  },
  filter: { firstName: 'first_name', lastName: 'last_name', email: 'email' },
}

export const experienceUsers: Resource = {
  name: 'experienceUsers',
  summary: "Experience users: the application's own end users.",
  actions: {
    get: defineAction({
      summary: 'Lists experience users.',
      method: 'GET',
      path,
      params: closed({
        ...listParams(spec),
        experienceGroupId: Type.Optional(
          Type.String({
            pattern: '^([0-9a-fA-F]{24}|any|none)$',
            description: 'ID of a group, `any` for users in at least one group, `none` for users in no group.',
          }),
        ),
        includeAncestorGroups: Type.Optional(Flag),
        query: Type.Optional(AdvancedQuery),
      }),
      result: listResult(ExperienceUserRecord),
      scopes: ['all.Application', 'all.Application.read'],
      run(params, { platform }) {
        const { store } = platform
        const conditions = inGroup(params.experienceGroupId, isSet(params.includeAncestorGroups))
        if (params.query !== undefined) conditions.push(compileUserQuery(params.query, store.dialect))
        return list(spec, params, platform, conditions, (rows) => toUsers(platform, store.read, rows))
      },
    }),

    post: defineAction({
      summary: 'Creates an experience user.',
      method: 'POST',
      path,
      body: 'experienceUser',
      status: 201,
      params: closed({ experienceUser: UserPost }),
      result: ExperienceUserRecord,
      scopes: ['all.Application'],
      async run({ experienceUser: { password, ...user } }, { platform, actor, address }) {
        // A flow creates users for anyone who asks. The bearer of a token may create as many as they like.
        if (actor.kind === 'flow' && address !== undefined) await platform.signUps.admit(address)
        // Refuse a taken address before the expensive hash. If another request takes it in the meantime, the insert fails.
        if (await readUserRow(platform.store.read, user.email)) throw emailTaken()
        const row = toUserRow(platform, user, await platform.passwords.hash(password, address))
        return platform.store.write(async (tx) => {
          if (!(await insertUser(tx, row, user.experienceGroupIds))) throw emailTaken()
          if (!user.experienceGroupIds?.length) return toUser(row, platform.applicationId, [])
          return readUser(platform, tx, row.id)
        })
      },
    }),
  },
}

function inGroup(group: string | undefined, includesAncestors: boolean): Condition[] {
  if (group === undefined) return []
  const members = sql`select user_id from experience_group_users`
  if (group === 'any') return [sql`experience_users.id in (${members})`]
  if (group === 'none') return [sql`experience_users.id not in (${members})`]
  if (!includesAncestors) return [sql`experience_users.id in (${members} where group_id = ${group})`]
  const ancestors = sql`with recursive above(id) as (
    select id from experience_groups where id = ${group}
    union select child.parent_id from experience_groups child join above on child.id = above.id where child.parent_id is not null
  ) select id from above`
  return [sql`experience_users.id in (${members} where group_id in (${ancestors}))`]
}
