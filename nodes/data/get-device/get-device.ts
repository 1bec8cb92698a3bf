import { Type } from 'typebox'
import { defineNode, type NodeCheck, type Run } from '../../../engine/node.ts'
import { PathTo, ValueOf } from '../../../engine/schema.ts'
import {
  checkSelection,
  checkTagFilters,
  compileSelection,
  isId,
  present,
  selectionFields,
  tagFilters,
} from '../../parts/device-selection.ts'
import { foundShape } from '../../parts/device-shape.ts'
import { flag } from '../../parts/flag.ts'
import { readPage } from '../../parts/list-items.ts'
import { refuseFields } from '../../parts/misplaced.ts'
import { oneOf } from '../../parts/one-of.ts'
import { type Device, readDevice, withState } from './read-device.ts'

const count = (minimum: number, maximum?: number) =>
  Type.Integer({ minimum, ...(maximum === undefined ? {} : { maximum }) })
const ways = ['deviceId', 'deviceName', 'tags', 'anyTags', 'parentId', 'group', 'user', 'query']
const ofSeveral = ['metadata', 'page', 'perPage']

export const getDevice = defineNode({
  type: 'get-device',
  losant: { type: 'GetDeviceNode' },
  summary: 'Reads one device or several.',
  description: `One of these fields selects the devices: ${ways.map((way) => `\`${way}\``).join(', ')}.

The value at \`result\` is the device, or \`null\` if there is none; a malformed ID also gives \`null\`. With
\`several\`, it is a list, which may be empty. A list has at most \`perPage\` devices: \`metadata\` says how many there are in all.

A tag or a condition that is missing fails the run: \`value: << experience.user.id >>\` must not become "any owner".`,
  config: Type.Object({
    deviceId: Type.Optional(
      ValueOf(Type.String(), { description: 'The device with this ID.', examples: ['<< data.params.id >>'] }),
    ),
    deviceName: Type.Optional(ValueOf(Type.String(), { description: 'Devices with exactly this name.' })),
    tags: tagFilters('Devices with all of these tags.'),
    anyTags: tagFilters('Devices with any of these tags.'),
    ...selectionFields,
    several: flag('Gives a list instead of the first device.'),
    metadata: flag('Wraps the list in `{ items, count, totalCount, page, perPage, sortField, sortDirection }`.'),
    page: Type.Optional(
      ValueOf(count(0), { description: 'The page of the list, counted from 0.', default: 0, acceptsDigits: true }),
    ),
    perPage: Type.Optional(
      ValueOf(count(1, 1000), { description: 'Devices per page.', default: 100, acceptsDigits: true }),
    ),
    sortField: oneOf(['name', 'id', 'creationDate', 'lastUpdated'], {
      description: 'The field to sort by.',
      default: 'name',
    }),
    sortDirection: oneOf(['asc', 'desc'], { description: 'The order.', default: 'asc' }),
    tagsAsObject: flag('Gives tags as a map from key to a list of values: `tags.owner.[0]`.'),
    attributesAsObject: flag('Gives attributes as a map by name.'),
    includeConnection: flag('Adds `connectionInfo`, which says whether the device is connected.', true),
    includeState: flag('Adds `compositeState`: the last value of each attribute.'),
    attributes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9a-zA-Z_-]{1,255}$' }), {
        minItems: 1,
        description: 'The attributes of `compositeState`. Defaults to all.',
      }),
    ),
    result: PathTo({ description: 'Where the device, or the list, goes.' }),
  }),
  outputs: ['next'],
  check: (check) => {
    checkSelection(check, ways)
    checkTagFilters(check, ['tags', 'anyTags'])
    checkCompany(check)
  },
  writes: (config, _output, actions) => [{ path: String(config.result), shape: foundShape(config, actions) }],
  compile: (config) => {
    const { deviceId, several = false, metadata = false, page, perPage, sortField, sortDirection, result } = config
    const { tagsAsObject, attributesAsObject, includeConnection = true, includeState = false, attributes } = config
    const select = compileSelection(config)
    const asked = {
      ...(tagsAsObject ? { tagsAsObject } : {}),
      ...(attributesAsObject ? { attributesAsObject } : {}),
      ...(includeConnection ? {} : { excludeConnectionInfo: true }),
    }
    const sorted = { sortField: sortField ?? 'name', sortDirection: sortDirection ?? 'asc' }
    const complete = async (run: Run, found: readonly Device[]) =>
      includeState ? withState(run, found, attributes) : found

    return async (payload, run) => {
      if (deviceId) {
        const id = present('deviceId', deviceId(payload))
        const device = isId(id) ? await readDevice(run, id, asked) : null
        result.set(payload, device && ((await complete(run, [device]))[0] ?? null))
        return 'next'
      }
      const paging = several ? { page: page?.(payload) ?? 0, perPage: perPage?.(payload) ?? 100 } : { perPage: 1 }
      const meant = await select(payload, run)
      const found = meant
        ? await readPage(run, 'devices.get', { query: meant, ...paging, ...sorted, ...asked })
        : { items: [], totalCount: 0 }
      const items = await complete(run, found.items)
      if (!several) result.set(payload, items[0] ?? null)
      else if (!metadata) result.set(payload, items)
      else result.set(payload, { items, count: items.length, totalCount: found.totalCount, ...paging, ...sorted })
      return 'next'
    }
  },
  examples: [
    {
      title: 'By the ID in the route, with its tags by key',
      yaml: `type: get-device
deviceId: << data.params.id >>
tagsAsObject: true
result: data.device`,
      payload: { data: { params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' } } },
      answers: {
        'device.get': { result: { id: '6a1c2d3e4f5a6b7c8d9e0f1b', tags: { owner: ['5f1c2d3e4f5a6b7c8d9e0f1a'] } } },
      },
      expect: { output: 'next', payload: { 'data.device.tags.owner.[0]': '5f1c2d3e4f5a6b7c8d9e0f1a' } },
    },
    {
      title: 'A malformed ID',
      yaml: `type: get-device
deviceId: << data.params.id >>
result: data.device`,
      payload: { data: { params: { id: 'not-a-real-value' } } },
      expect: { output: 'next', payload: { 'data.device': null } },
    },
    {
      title: 'Every device of an owner',
      yaml: `type: get-device
tags:
  - { key: owner, value: << experience.user.id >> }
several: true
perPage: 1000
result: data.devices`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'devices.get': { result: { items: [{ id: '6a1c2d3e4f5a6b7c8d9e0f1b' }], count: 1, totalCount: 1 } } },
      expect: { output: 'next', payload: { 'data.devices': [{ id: '6a1c2d3e4f5a6b7c8d9e0f1b' }] } },
    },
    {
      title: 'By a query, with the last moisture of each',
      yaml: `type: get-device
query: { attributeName: moisture }
several: true
includeState: true
attributes: [ moisture ]
result: data.devices`,
      payload: { data: {} },
      answers: {
        'devices.get': { result: { items: [{ id: '6a1c2d3e4f5a6b7c8d9e0f1b' }], count: 1, totalCount: 1 } },
        'device.getCompositeState': { result: { moisture: { value: 0.4, time: '2026-01-02T03:04:05.678Z' } } },
      },
      expect: { output: 'next', payload: { 'data.devices.[0].compositeState.moisture.value': 0.4 } },
    },
    {
      title: 'A missing user',
      yaml: `type: get-device
tags:
  - { key: owner, value: << experience.user.id >> }
several: true
result: data.devices`,
      payload: { data: {}, experience: {} },
      expect: { error: 'tags[0].value is missing' },
    },
  ],
})

/** Reports fields that have no effect without another. */
function checkCompany(check: NodeCheck): void {
  const { deviceId, several, includeState } = check.config
  if (deviceId !== undefined) refuseFields(check, ['several'], () => 'An ID names only one device.')
  if (several !== true) refuseFields(check, ofSeveral, (field) => `${field} needs \`several: true\`.`)
  if (includeState !== true) refuseFields(check, ['attributes'], () => 'attributes needs `includeState: true`.')
}
