/** Actions of the resource `device` that send commands and list those that were sent. */
import { sql } from 'kysely'
import Type from 'typebox'
import { visibleDevices } from '../../auth/device-access.ts'
import { readVisible, relayOf } from '../../auth/own-device.ts'
import { notFound } from '../../base/refusals.ts'
import { allOf } from '../../records/conditions.ts'
import { closed, fromColumn, Id, Success, Time, toIso } from '../../records/schemas.ts'
import { defineAction } from '../../resource.ts'
import { readPast } from '../../state/device-log.ts'
import { sendCommand } from '../../state/send-command.ts'
import { GivenCommand } from '../../state/state-schemas.ts'
import { requireTime } from '../../state/times.ts'
import { pastParams, readPastParams } from './state.ts'

const path = '/applications/{applicationId}/devices/{deviceId}/command'
const deviceId = Id

export const deviceCommandActions = {
  sendCommand: defineAction({
    summary: 'Sends a command to a device, which gets it if it is connected.',
    method: 'POST',
    path,
    body: 'deviceCommand',
    params: closed({ deviceId, deviceCommand: closed(GivenCommand) }),
    result: Success,
    scopes: ['all.Application', 'all.Device'],
    async run({ deviceId: id, deviceCommand: { name, payload, time } }, context) {
      const { platform, actor } = context
      const devices = allOf([sql`devices.id = ${id}`, await visibleDevices(platform, actor)])
      const command = { name, payload, time: requireTime(time, platform.clock.now(), 'deviceCommand.time') }
      if ((await sendCommand(platform, devices, command, relayOf(context))) === 0) throw notFound({ what: 'Device' })
      return { success: true as const }
    },
  }),

  getCommand: defineAction({
    summary: 'Returns the last commands that were sent to a device. By default only one.',
    method: 'GET',
    path,
    params: closed({ deviceId, ...pastParams }),
    result: Type.Array(closed({ name: Type.String(), time: Time, payload: Type.Optional(Type.Unknown()) })),
    scopes: ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read'],
    async run(params, context) {
      await readVisible(context, params.deviceId)
      const { clock, store } = context.platform
      const range = readPastParams(params, clock.now())
      const rows = await readPast(store.read, 'device_commands', params.deviceId, range)
      return rows.map(({ name, time, payload }) => ({
        name,
        time: toIso(time),
        ...(payload === null ? {} : { payload: fromColumn<unknown>(payload) }),
      }))
    },
  }),
}
