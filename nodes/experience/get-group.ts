import { Type } from 'typebox'
import { listShape } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type Run } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { findByAction, shapeOfResult } from '../parts/call-platform.ts'
import { checkSelection, isId, present } from '../parts/device-selection.ts'
import { listItems } from '../parts/list-items.ts'
import { refuseFields } from '../parts/misplaced.ts'
import { search, searchFields } from '../parts/search.ts'
import { written } from '../parts/written.ts'

export const getGroup = defineNode({
  type: 'get-group',
  losant: { type: 'GetExperienceGroupNode' },
  summary: 'Reads an experience group by ID or name, or groups by tags or query.',
  description: `The value at \`result\` is the group, or \`null\` if there is none; a malformed ID also gives \`null\`. If
several groups match, it is the oldest. With \`several\`, it is a list of all that match, which may be empty.`,
  config: Type.Object({
    group: Type.Optional(ValueOf(Type.String(), { description: 'ID of the group.' })),
    groupName: Type.Optional(ValueOf(Type.String(), { description: 'Name of the group, case-sensitive.' })),
    ...searchFields('group'),
    result: PathTo({ description: 'Where the group, or the list, goes.' }),
  }),
  outputs: ['next'],
  check: checkGroupSelection,
  writes: ({ result, several }, _output, actions) => {
    const group = shapeOfResult(actions, 'experienceGroup.get')
    return written(result, several === true ? listShape(group) : group)
  },
  compile: ({ group, groupName, result, ...searched }) => {
    return async (payload, run) => {
      if (group) result.set(payload, await readGroup(run, present('group', group(payload))))
      else if (groupName) result.set(payload, await findNamed(run, present('groupName', groupName(payload))))
      else {
        const groups = { call: 'experienceGroups.get', tagField: 'groupTags' }
        result.set(payload, await search(run, payload, searched, groups))
      }
      return 'next'
    }
  },
  examples: [
    {
      title: 'By ID',
      yaml: `type: get-group
group: << data.params.groupId >>
result: data.group`,
      payload: { data: { params: { groupId: '5f1c2d3e4f5a6b7c8d9e0f22' } } },
      answers: { 'experienceGroup.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f22', name: 'kitchen' } } },
      expect: { output: 'next', payload: { 'data.group.name': 'kitchen' } },
    },
    {
      title: 'By name, where there is none',
      yaml: `type: get-group
groupName: cellar
result: data.group`,
      payload: { data: {} },
      answers: { 'experienceGroups.get': { result: { items: [{ name: 'Cellar' }], count: 1, totalCount: 1 } } },
      expect: { output: 'next', payload: { 'data.group': null } },
    },
    {
      title: 'By a tag',
      yaml: `type: get-group
tags: { floor: << data.floor >> }
several: true
result: data.groups`,
      payload: { data: { floor: '2' } },
      answers: {
        'experienceGroups.get': {
          result: {
            items: [{ name: 'kitchen', groupTags: { floor: '2' } }],
          },
        },
      },
      expect: { output: 'next', payload: { 'data.groups': [{ name: 'kitchen', groupTags: { floor: '2' } }] } },
    },
  ],
})

async function readGroup(run: Run, experienceGroupId: string): Promise<unknown> {
  return isId(experienceGroupId) ? findByAction(run, 'experienceGroup.get', { experienceGroupId }) : null
}

/** Finds the group with exactly this name. The platform filters by a pattern, which other names may match too. */
async function findNamed(run: Run, name: string): Promise<unknown> {
  // No group has such a name, and the platform would refuse or ignore such a filter.
  if (name === '' || name.length > 255) return null
  const filter = { filterField: 'name', filter: name }
  for await (const group of listItems(run, 'experienceGroups.get', filter)) if (group.name === name) return group
  return null
}

function checkGroupSelection(check: NodeCheck): void {
  const { tags, query, several } = check.config
  checkSelection(check, ['group', 'groupName', 'tags', 'query'])
  if (!tags && !query) refuseFields(check, ['several'], () => 'several needs `tags` or `query`.')
  if (several !== true) refuseFields(check, ['limit'], () => 'limit needs `several: true`.')
}
