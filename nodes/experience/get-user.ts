import { Type } from 'typebox'
import { listShape } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { checkSelection, isId, present } from '../parts/device-selection.ts'
import { findUser } from '../parts/find-user.ts'
import { refuseFields } from '../parts/misplaced.ts'
import { search, searchFields } from '../parts/search.ts'
import { userShape } from '../parts/user-shape.ts'
import { written } from '../parts/written.ts'

export const getUser = defineNode({
  type: 'get-user',
  losant: { type: 'GetExperienceUserNode' },
  summary: 'Reads an experience user by ID or e-mail address, or users by tags, query or group.',
  description: `The value at \`result\` is the user, without any secret, or \`null\` if there is none. With \`several\`, it is a list
sorted by ID, which may be empty.

A query has the fields \`email\`, \`firstName\`, \`lastName\`, \`userTags\`, \`experienceGroupId\`, \`creationDate\`, \`lastLogin\` and the like,
as in Losant: \`{ email: { $endsWith: "@lom.example" } }\`.`,
  config: Type.Object({
    user: Type.Optional(
      ValueOf(Type.String(), { description: 'ID or e-mail address.', examples: ['<< data.params.userId >>'] }),
    ),
    group: Type.Optional(ValueOf(Type.String(), { description: 'Users of the experience group with this ID.' })),
    ...searchFields('user'),
    result: PathTo({ description: 'Where the user, or the list, goes.' }),
  }),
  outputs: ['next'],
  check: checkUserSelection,
  writes: ({ result, several }) => written(result, several === true ? listShape(userShape) : userShape),
  compile: ({ user, group, result, ...searched }) => {
    return async (payload, run) => {
      if (user) {
        result.set(payload, await findUser(run, present('user', user(payload))))
        return 'next'
      }
      const experienceGroupId = group && present('group', group(payload))
      const isNoGroup = experienceGroupId !== undefined && !isId(experienceGroupId)
      const params = experienceGroupId === undefined ? {} : { experienceGroupId }
      const users = { call: 'experienceUsers.get', params, tagField: 'userTags' }
      const none = searched.several ? [] : null
      result.set(payload, isNoGroup ? none : await search(run, payload, searched, users))
      return 'next'
    }
  },
  examples: [
    {
      title: 'By ID',
      yaml: `type: get-user
user: << data.params.userId >>
result: data.user`,
      payload: { data: { params: { userId: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'experienceUser.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example' } } },
      expect: { output: 'next', payload: { 'data.user.email': 'ada@lom.example' } },
    },
    {
      title: 'A user who does not exist',
      yaml: `type: get-user
user: nobody@lom.example
result: data.user`,
      payload: { data: {} },
      answers: {
        'experienceUser.get': { error: { type: 'NotFound', statusCode: 404, message: 'User was not found' } },
      },
      expect: { output: 'next', payload: { 'data.user': null } },
    },
    {
      title: 'By a tag',
      yaml: `type: get-user
tags: { plan: pro }
several: true
result: data.users`,
      payload: { data: {} },
      answers: {
        'experienceUsers.get': {
          result: {
            items: [{ id: '5f1c2d3e4f5a6b7c8d9e0f1a', userTags: { plan: 'pro' } }],
          },
        },
      },
      expect: { output: 'next', payload: { 'data.users.length': 1, 'data.users.[0].userTags.plan': 'pro' } },
    },
  ],
})

function checkUserSelection(check: NodeCheck): void {
  const { user, tags, query, several } = check.config
  const way = tags !== undefined ? 'tags' : query !== undefined ? 'query' : 'group'
  checkSelection(check, ['user', way])
  if (user !== undefined) refuseFields(check, ['several'], () => 'An ID or address names only one user.')
  if (several !== true) refuseFields(check, ['limit'], () => 'limit needs `several: true`.')
}
