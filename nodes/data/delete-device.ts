import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type Run } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../parts/call-platform.ts'
import { checkSelection, present, readQuery, selectionFields } from '../parts/device-selection.ts'
import { listItems } from '../parts/list-items.ts'
import { wrongValue } from '../parts/misplaced.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const deleteDevice = defineNode({
  type: 'delete-device',
  losant: { type: 'DeviceDeleteWorkflowNode' },
  summary: 'Deletes one device, or all that match a query.',
  description: `The value at \`result\` is \`true\` for one device and \`{ removed, failed }\` for a query, or
\`{ error: { type, statusCode, message } }\` if the platform refused, such as 404 for a device that does not exist. A refusal takes
\`else\`; without an \`else\` it fails the run. A condition that is missing fails the run, since the query would match more devices without it.`,
  config: Type.Object({
    deviceId: Type.Optional(ValueOf(Type.String(), { description: 'ID of the device.' })),
    query: selectionFields.query,
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  ...mayRefuse(platformRefusal, ({ query }) =>
    query === undefined ? scalar : objectShape({ removed: scalar, failed: scalar }),
  ),
  check: (check) => {
    checkSelection(check, ['deviceId', 'query'])
    const { query } = check.config
    if (typeof query !== 'object' || query === null || Object.keys(query).length > 0) return
    wrongValue(check.report, ['query'], 'This query matches every device.')
  },
  compile: ({ deviceId, query, result }, { wired }) => {
    return async (payload, run) => {
      if (query) {
        const counts = await deleteMany(run, readQuery(query, payload))
        result?.set(payload, counts)
        return 'then'
      }
      const params = { deviceId: present('deviceId', deviceId?.(payload)) }
      return callAndSettle(run, 'device.delete', params, { payload, result, wired, show: () => true })
    }
  },
  examples: [
    {
      title: 'One device',
      yaml: `type: delete-device
deviceId: << data.device.id >>
result: data.deleted`,
      payload: { data: { device: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' } } },
      answers: { 'device.delete': { result: { success: true } } },
      expect: { output: 'then', payload: { 'data.deleted': true } },
    },
    {
      title: 'Every device of a user',
      yaml: `type: delete-device
query: { tags: { owner: << experience.user.id >> } }
result: data.deleted`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: {
        'devices.get': { result: { items: [{ id: '6a1c2d3e4f5a6b7c8d9e0f1b' }], count: 1, totalCount: 1 } },
        'device.delete': { result: { success: true } },
      },
      expect: { output: 'then', payload: { 'data.deleted': { removed: 1, failed: 0 } } },
    },
    {
      title: 'A query whose condition is missing',
      yaml: `type: delete-device
query: { tags: { owner: << experience.user.id >> } }`,
      payload: { data: {}, experience: {} },
      expect: { error: 'A part of query.tags is missing' },
    },
  ],
})

async function deleteMany(run: Run, query: object): Promise<{ removed: number; failed: number }> {
  const ids: unknown[] = []
  // Collects every ID first, since deleting while reading would shift the pages.
  for await (const { id } of listItems(run, 'devices.get', { query, excludeConnectionInfo: true })) ids.push(id)
  const counts = { removed: 0, failed: 0 }
  for (const deviceId of ids) {
    const outcome = await run.services.api('device.delete', { deviceId })
    counts['error' in outcome ? 'failed' : 'removed'] += 1
  }
  return counts
}
