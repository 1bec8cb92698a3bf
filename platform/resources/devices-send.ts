/** What is reported by, and sent to, several devices at once: actions of the resource `devices`. */
import Type from 'typebox'
import { checkOwnDevice, relayOf } from '../auth/own-device.ts'
import { invalid } from '../base/refusals.ts'
import { closed, groupBy, Id, Success } from '../records/schemas.ts'
import { defineAction } from '../resource.ts'
import { selectDevices, selection } from '../state/select-devices.ts'
import { sendCommand } from '../state/send-command.ts'
import { GivenCommand, GivenStateFields } from '../state/state-schemas.ts'
import { readTime } from '../state/times.ts'

const path = '/applications/{applicationId}/devices'
const MAX_STATES = 10_000
const MAX_DEVICES = 1000

export const devicesSendActions = {
  sendState: defineAction({
    summary: "Reports states of several devices: all, or none. Flowpot's own.",
    method: 'POST',
    path: `${path}/state`,
    body: 'multiDeviceState',
    params: closed({
      multiDeviceState: Type.Array(closed({ deviceId: Id, ...GivenStateFields }), {
        minItems: 1,
        maxItems: MAX_STATES,
      }),
    }),
    result: Success,
    scopes: ['all.Application', 'all.Device'],
    async run({ multiDeviceState }, context) {
      const byDevice = groupBy(multiDeviceState, (state) => state.deviceId)
      if (byDevice.size > MAX_DEVICES)
        throw invalid({ problem: `multiDeviceState names more than ${MAX_DEVICES} devices` })
      for (const deviceId of byDevice.keys()) await checkOwnDevice(context, deviceId)
      const given = [...byDevice].map(([deviceId, states]) => ({ deviceId, states, isBatch: states.length > 1 }))
      await context.platform.states.write({ states: given, relay: relayOf(context) })
      return { success: true as const }
    },
  }),

  sendCommand: defineAction({
    summary: 'Sends a command to the devices that are named by ID, by tag or by a query.',
    method: 'POST',
    path: `${path}/command`,
    body: 'multiDeviceCommand',
    params: closed({ multiDeviceCommand: closed({ ...GivenCommand, ...selection }) }),
    result: Success,
    scopes: ['all.Application', 'all.Device'],
    async run({ multiDeviceCommand: { name, payload, time, ...selected } }, context) {
      const { platform } = context
      const devices = await selectDevices(selected, context, 'multiDeviceCommand')
      const command = { name, payload, time: readTime(time, platform.clock.now()) }
      await sendCommand(platform, devices, command, relayOf(context))
      return { success: true as const }
    },
  }),
}
