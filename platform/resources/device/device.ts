/** One device. */
import Type from 'typebox'
import { visibleDevices } from '../../auth/device-access.ts'
import { notFound } from '../../base/refusals.ts'
import { always } from '../../records/conditions.ts'
import {
  attributesAsObject,
  checkDevice,
  checkReferences,
  DevicePatch,
  DeviceRecord,
  findRetyped,
  indexAttributes,
  indexTags,
  readDeviceRow,
  ShownDevice,
  tagsAsObject,
  toConnectionInfo,
  toDevice,
} from '../../records/device-record.ts'
import { closed, Flag, Id, isSet, Success } from '../../records/schemas.ts'
import { defineAction, type Resource } from '../../resource.ts'
import { removePoints } from '../../state/remove-points.ts'
import { deviceCommandActions } from './commands.ts'
import { deviceConnectionActions } from './connection.ts'
import { deviceStateActions } from './state.ts'

const path = '/applications/{applicationId}/devices/{deviceId}'
const deviceId = Id

export const device: Resource = {
  name: 'device',
  summary: 'One device.',
  actions: {
    get: defineAction({
      summary: 'Returns a device.',
      method: 'GET',
      path,
      params: closed({
        deviceId,
        excludeConnectionInfo: Type.Optional(Flag),
        tagsAsObject: Type.Optional(Flag),
        attributesAsObject: Type.Optional(Flag),
      }),
      result: ShownDevice,
      scopes: ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read'],
      async run(params, { platform, actor }) {
        const row = await readDeviceRow(platform.store.read, params.deviceId, await visibleDevices(platform, actor))
        if (!row) throw notFound({ what: 'Device' })
        const found = toDevice(row, platform.applicationId)
        return {
          ...found,
          ...(isSet(params.tagsAsObject) ? { tags: tagsAsObject(found.tags) } : {}),
          ...(isSet(params.attributesAsObject) ? { attributes: attributesAsObject(found.attributes) } : {}),
          ...(isSet(params.excludeConnectionInfo) ? {} : { connectionInfo: toConnectionInfo(row) }),
        }
      },
    }),

    patch: defineAction({
      summary: 'Changes a device. Tags and attributes are replaced whole.',
      method: 'PATCH',
      path,
      body: 'device',
      params: closed({ deviceId, device: DevicePatch }),
      result: DeviceRecord,
      scopes: ['all.Application'],
      async run({ deviceId: id, device: patch }, { platform }) {
        checkDevice(patch)
        const set = {
          updated_at: platform.clock.now(),
          ...(patch.name === undefined ? {} : { name: patch.name }),
          ...(patch.description === undefined ? {} : { description: patch.description }),
          ...(patch.tags === undefined ? {} : { tags: JSON.stringify(patch.tags) }),
          ...(patch.attributes === undefined ? {} : { attributes: JSON.stringify(patch.attributes) }),
          ...(patch.deviceClass === undefined ? {} : { device_class: patch.deviceClass }),
          ...(patch.gatewayId === undefined ? {} : { gateway_id: patch.gatewayId }),
          ...(patch.parentId === undefined ? {} : { parent_id: patch.parentId }),
          ...(patch.systemInterval === undefined ? {} : { system_interval: patch.systemInterval }),
          ...(patch.keepDuplicates === undefined ? {} : { keeps_duplicates: patch.keepDuplicates ? 1 : 0 }),
        }
        const { row, retyped } = await platform.store.write(async (tx) => {
          const before = patch.attributes ? await readDeviceRow(tx, id, always) : undefined
          const { numUpdatedRows } = await tx.updateTable('devices').set(set).where('id', '=', id).executeTakeFirst()
          if (numUpdatedRows === 0n) throw notFound({ what: 'Device' })
          await checkReferences(tx, patch, id)
          if (patch.tags) await indexTags(tx, id, patch.tags, true)
          if (patch.attributes) await indexAttributes(tx, id, patch.attributes, true)
          return {
            row: await readDeviceRow(tx, id, always),
            retyped: before && patch.attributes ? findRetyped(before, patch.attributes) : [],
          }
        })
        if (!row) throw notFound({ what: 'Device' })
        // As in Losant: two types of one attribute could not be aggregated.
        for (const attribute of retyped) {
          await removePoints(platform.store, id, { from: 0, to: set.updated_at, attribute })
        }
        platform.events.emit('deviceChanged', { deviceId: id })
        return toDevice(row, platform.applicationId)
      },
    }),

    delete: defineAction({
      summary: 'Deletes a device. A key that was good for it alone is then good for none.',
      method: 'DELETE',
      path,
      params: closed({ deviceId }),
      result: Success,
      scopes: ['all.Application'],
      async run({ deviceId: id }, { platform }) {
        await platform.store.write(async (tx) => {
          const { numDeletedRows } = await tx.deleteFrom('devices').where('id', '=', id).executeTakeFirst()
          if (numDeletedRows === 0n) throw notFound({ what: 'Device' })
          await tx.deleteFrom('device_tags').where('device_id', '=', id).execute()
          await tx.deleteFrom('device_attributes').where('device_id', '=', id).execute()
          await tx.deleteFrom('device_commands').where('device_id', '=', id).execute()
          await tx.deleteFrom('inactivity_timers').where('device_id', '=', id).execute()
          await tx.deleteFrom('device_log').where('device_id', '=', id).execute()
          await tx.deleteFrom('application_key_devices').where('device_id', '=', id).execute()
          await tx.deleteFrom('experience_group_devices').where('device_id', '=', id).execute()
          await tx.updateTable('devices').set({ parent_id: null }).where('parent_id', '=', id).execute()
          await tx.updateTable('devices').set({ gateway_id: null }).where('gateway_id', '=', id).execute()
        })
        platform.events.emit('deviceDeleted', { deviceId: id })
        // Bit by bit and last: there may be millions, which nobody can reach any more.
        await removePoints(platform.store, id, { from: 0, to: Number.MAX_SAFE_INTEGER })
        return { success: true as const }
      },
    }),

    ...deviceStateActions,
    ...deviceCommandActions,
    ...deviceConnectionActions,
  },
}
