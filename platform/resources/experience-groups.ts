/** The experience groups of the application. */
import Type from 'typebox'
import { AdvancedQuery } from '../records/advanced-query.ts'
import {
  checkGroup,
  GroupPost,
  GroupRecord,
  insertGroup,
  readGroup,
  toGroups,
} from '../records/experience-group-record.ts'
import { type ListSpec, list, listParams, listResult } from '../records/list.ts'
import { compileGroupQuery } from '../records/people-query.ts'
import { closed } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/experience/groups'
const spec: ListSpec<'experience_groups'> = {
  table: 'experience_groups',
  sort: { name: 'name', id: 'id', creationDate: 'created_at', lastUpdated: 'updated_at' },
  filter: { name: 'name' },
}

export const experienceGroups: Resource = {
  name: 'experienceGroups',
  summary: 'Groups of experience users, and the devices that are theirs.',
  actions: {
    get: defineAction({
      summary: 'Lists experience groups.',
      method: 'GET',
      path,
      params: closed({ ...listParams(spec), query: Type.Optional(AdvancedQuery) }),
      result: listResult(GroupRecord),
      scopes: ['all.Application', 'all.Application.read'],
      async run(params, { platform }) {
        const { store } = platform
        const conditions = params.query === undefined ? [] : [compileGroupQuery(params.query, store.dialect)]
        return list(spec, params, platform, conditions, (rows) => toGroups(platform, store.read, rows))
      },
    }),

    post: defineAction({
      summary: 'Creates an experience group.',
      method: 'POST',
      path,
      body: 'experienceGroup',
      status: 201,
      params: closed({ experienceGroup: GroupPost }),
      result: GroupRecord,
      scopes: ['all.Application'],
      async run({ experienceGroup: group }, { platform }) {
        checkGroup(group)
        const id = platform.newId()
        return platform.store.write(async (tx) => {
          await insertGroup(platform, tx, id, group)
          return readGroup(platform, tx, id)
        })
      },
    }),
  },
}
