/** One device. */
import { visibleDevices } from '../../auth/device-access.ts'
import { notFound } from '../../base/refusals.ts'
import {
  DevicePatch,
  DeviceRecord,
  readDeviceRow,
  ShownDevice,
  showDevice,
  showParams,
  toDevice,
} from '../../records/device-record.ts'
import { closed, Id, Success } from '../../records/schemas.ts'
import { defineAction, type Resource } from '../../resource.ts'
import { patchDevice } from '../../state/patch-device.ts'
import { removeAllPoints, removePoints } from '../../state/remove-points.ts'
import { deviceCommandActions } from './commands.ts'
import { deviceConnectionActions } from './connection.ts'
import { deviceStateActions } from './state.ts'

const path = '/applications/{applicationId}/devices/{deviceId}'
const deviceId = Id

/** The tables that hold rows of a device, apart from what it has reported. */
const tablesOfDevice = [
  'device_tags',
  'device_attributes',
  'removed_attributes',
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
        const row = await patchDevice(platform, id, () => patch)
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
        await removePoints(platform.store, id, removeAllPoints)
        return { success: true as const }
      },
    }),

    ...deviceStateActions,
    ...deviceCommandActions,
    ...deviceConnectionActions,
  },
}
