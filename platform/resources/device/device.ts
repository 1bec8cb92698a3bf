/** One device. */
import { readVisible } from '../../auth/own-device.ts'
import {
  DevicePatch,
  formDevice,
  formParams,
  ShownDevice,
  showDevice,
  showParams,
  toDevice,
} from '../../records/device-record.ts'
import { closed, Id, Success } from '../../records/schemas.ts'
import { defineAction, type Resource } from '../../resource.ts'
import { deleteDevice } from '../../state/delete-device.ts'
import { patchDevice } from '../../state/patch-device.ts'
import { deviceExport } from '../data/export.ts'
import { deviceCommandActions } from './commands.ts'
import { deviceConnectionActions } from './connection.ts'
import { deviceStateActions } from './state.ts'
import { deviceStreams } from './streams.ts'

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
      params: closed({ deviceId, ...showParams }),
      result: ShownDevice,
      scopes: ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read'],
      async run(params, context) {
        return showDevice(await readVisible(context, params.deviceId), context.platform.applicationId, params)
      },
    }),

    patch: defineAction({
      summary: 'Changes a device. Tags and attributes are replaced as a whole.',
      method: 'PATCH',
      path,
      body: 'device',
      params: closed({ deviceId, device: DevicePatch, ...formParams }),
      result: ShownDevice,
      scopes: ['all.Application'],
      async run({ deviceId: id, device: patch, ...form }, { platform }) {
        const row = await patchDevice(platform, id, () => patch)
        return formDevice(toDevice(row, platform.applicationId), form)
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
        await deleteDevice(platform, id)
        return { success: true as const }
      },
    }),

    ...deviceStateActions,
    ...deviceCommandActions,
    ...deviceConnectionActions,
  },
  streams: deviceStreams,
  downloads: { export: deviceExport },
}
