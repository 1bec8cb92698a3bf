/** One device. */
import { visibleDevices } from '../../auth/device-access.ts'
import { notFound } from '../../base/refusals.ts'
import {
  checkDevice,
  checkReferences,
  DevicePatch,
  DeviceRecord,
  findRetyped,
  indexDevice,
  readDeviceRow,
  ShownDevice,
  showDevice,
  showParams,
  toDevice,
} from '../../records/device-record.ts'
import { closed, Id, Success, toColumn } from '../../records/schemas.ts'
import { defineAction, type Resource } from '../../resource.ts'
import { removePoints } from '../../state/remove-points.ts'
import { deviceCommandActions } from './commands.ts'
import { deviceConnectionActions } from './connection.ts'
import { deviceStateActions } from './state.ts'

const path = '/applications/{applicationId}/devices/{deviceId}'
const deviceId = Id

/** The tables that hold rows of a device, apart from what it has reported. */
const tablesOfDevice = [
  'device_tags',
  'device_attributes',
  'device_commands',
  'inactivity_timers',
  'device_log',
  'application_key_devices',
  'experience_group_devices',
] as const

export const device: Resource = {
  name: 'device',
  summary: 'One device.',
  actions: {
    get: defineAction({
      summary: 'Returns a device.',
      method: 'GET',
      path,
      params: closed({ deviceId, ...showParams }),
      result: ShownDevice,
      scopes: ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read'],
      async run(params, { platform, actor }) {
        const row = await readDeviceRow(platform.store.read, params.deviceId, await visibleDevices(platform, actor))
        if (!row) throw notFound({ what: 'Device' })
        return showDevice(row, platform.applicationId, params)
      },
    }),

    patch: defineAction({
      summary: 'Changes a device. Tags and attributes are replaced as a whole.',
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
          name: patch.name,
          description: patch.description,
          tags: toColumn(patch.tags),
          attributes: toColumn(patch.attributes),
          device_class: patch.deviceClass,
          gateway_id: patch.gatewayId,
          parent_id: patch.parentId,
          system_interval: patch.systemInterval,
          keeps_duplicates: patch.keepDuplicates === undefined ? undefined : Number(patch.keepDuplicates),
        }
        const { row, retyped } = await platform.store.write(async (tx) => {
          const before = patch.attributes ? await readDeviceRow(tx, id) : undefined
          const { numUpdatedRows } = await tx.updateTable('devices').set(set).where('id', '=', id).executeTakeFirst()
          if (numUpdatedRows === 0n) throw notFound({ what: 'Device' })
          await checkReferences(tx, patch, id)
          if (patch.tags) await tx.deleteFrom('device_tags').where('device_id', '=', id).execute()
          if (patch.attributes) await tx.deleteFrom('device_attributes').where('device_id', '=', id).execute()
          await indexDevice(tx, id, patch)
          return {
            row: await readDeviceRow(tx, id),
            retyped: before && patch.attributes ? findRetyped(before, patch.attributes) : [],
          }
        })
        if (!row) throw notFound({ what: 'Device' })
        // As in Losant, what was reported under another type goes: values of two types could not be aggregated.
        for (const attribute of retyped) {
          await removePoints(platform.store, id, { from: 0, to: set.updated_at, attribute })
        }
        platform.events.emit('deviceChanged', { deviceId: id })
        return toDevice(row, platform.applicationId)
      },
    }),

    delete: defineAction({
      summary: 'Deletes a device. A key that admitted only this device then admits none.',
      method: 'DELETE',
      path,
      params: closed({ deviceId }),
      result: Success,
      scopes: ['all.Application'],
      async run({ deviceId: id }, { platform }) {
        await platform.store.write(async (tx) => {
          const { numDeletedRows } = await tx.deleteFrom('devices').where('id', '=', id).executeTakeFirst()
          if (numDeletedRows === 0n) throw notFound({ what: 'Device' })
          for (const table of tablesOfDevice) await tx.deleteFrom(table).where('device_id', '=', id).execute()
          await tx.updateTable('devices').set({ parent_id: null }).where('parent_id', '=', id).execute()
          await tx.updateTable('devices').set({ gateway_id: null }).where('gateway_id', '=', id).execute()
        })
        platform.events.emit('deviceDeleted', { deviceId: id })
        // Points go last and in many writes, since there may be millions. Without the device nobody can reach them any more.
        await removePoints(platform.store, id, { from: 0, to: Number.MAX_SAFE_INTEGER })
        return { success: true as const }
      },
    }),

    ...deviceStateActions,
    ...deviceCommandActions,
    ...deviceConnectionActions,
  },
}
