/** Fields that select any number of devices, and the parameters that the platform's queries and commands have for them. */
import { Type } from 'typebox'
import type { NodeCheck, Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import {
  type CompiledSelection,
  checkSelection,
  checkTagFilters,
  compileSelection,
  isId,
  present,
  readTagFilters,
  selectionFields,
  tagFilters,
} from './device-selection.ts'

export const manyDevices = {
  deviceId: Type.Optional(
    ValueOf(Type.String(), { description: 'The device with this ID.', examples: ['<< data.params.id >>'] }),
  ),
  deviceIds: Type.Optional(
    ValueOf(Type.Array(Type.String()), { description: 'The devices with these IDs, as a list.' }),
  ),
  deviceTags: tagFilters(
    'Devices with any of these tags. Together with `deviceIds`, a device needs to match only one of the two.',
  ),
  ...selectionFields,
}

interface CompiledDevices extends CompiledSelection {
  readonly deviceId?: CompiledValue<string> | undefined
  readonly deviceIds?: CompiledValue<string[]> | undefined
  readonly deviceTags?: CompiledSelection['tags']
}

export function checkManyDevices(check: NodeCheck): void {
  const list = check.config.deviceIds === undefined ? 'deviceTags' : 'deviceIds'
  checkSelection(check, ['deviceId', list, 'parentId', 'group', 'user', 'query'])
  checkTagFilters(check, ['deviceTags'])
}

/** `null` if no device can match, since leaving the condition out of a query would select every device. */
export function compileManyDevices(
  devices: CompiledDevices,
): (payload: Payload, run: Run) => Promise<Readonly<Record<string, unknown>> | null> {
  const { deviceId, deviceIds, deviceTags, ...others } = devices
  const select = compileSelection(others)
  return async (payload, run) => {
    if (!deviceId && !deviceIds && !deviceTags) {
      const deviceQuery = await select(payload, run)
      return deviceQuery && { deviceQuery }
    }
    const named = deviceId
      ? [present('deviceId', deviceId(payload))]
      : deviceIds
        ? present('deviceIds', deviceIds(payload))
        : []
    const ids = named.filter(isId)
    if (ids.length === 0 && !deviceTags) return null
    return {
      ...(ids.length > 0 ? { deviceIds: ids } : {}),
      ...(deviceTags ? { deviceTags: readTagFilters('deviceTags', deviceTags, payload) } : {}),
    }
  }
}
