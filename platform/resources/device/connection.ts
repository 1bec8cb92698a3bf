/** Actions of the resource `device` on its connections and its log. */
import Type from 'typebox'
import { checkOwnDevice, readVisible, relayOf } from '../../auth/own-device.ts'
import { closed, Id, oneOf, Success, Time } from '../../records/schemas.ts'
import { defineAction } from '../../resource.ts'
import { noteConnected, noteDisconnected } from '../../state/connections.ts'
import { readPast, toEntry } from '../../state/device-log.ts'
import { GivenTime, requireTime } from '../../state/times.ts'
import { pastParams, readPastParams } from './state.ts'

const path = '/applications/{applicationId}/devices/{deviceId}'
const deviceId = Id
const Count = Type.Optional(Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

export const deviceConnectionActions = {
  getLogEntries: defineAction({
    summary:
      'Returns the log of a device: when it connected and disconnected, and what was dropped of its messages. By default only the last line.',
    method: 'GET',
    path: `${path}/logs`,
    params: closed({ deviceId, ...pastParams }),
    result: Type.Array(
      closed({
        time: Time,
        connected: Type.Optional(Type.Unsafe<0 | 1>({ enum: [0, 1] })),
        disconnectReason: Type.Optional(Type.String()),
        messagesFromClient: Type.Optional(Type.Number()),
        messagesToClient: Type.Optional(Type.Number()),
        message: Type.Optional(Type.String({ description: 'What was dropped.' })),
        count: Type.Optional(Type.Number({ description: 'How often, in a row.' })),
      }),
    ),
    scopes: ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read'],
    async run(params, context) {
      await readVisible(context, params.deviceId)
      const { clock, store } = context.platform
      const rows = await readPast(store.read, 'device_log', params.deviceId, readPastParams(params, clock.now()))
      return rows.map(toEntry)
    },
  }),

  setConnectionStatus: defineAction({
    summary: 'Records that a device connected or disconnected, for devices that do not use the broker.',
    method: 'POST',
    path: `${path}/setConnectionStatus`,
    body: 'connectionStatus',
    params: closed({
      deviceId,
      connectionStatus: closed({
        status: oneOf(['connected', 'disconnected']),
        connectedAt: Type.Optional(GivenTime),
        disconnectedAt: Type.Optional(GivenTime),
        disconnectReason: Type.Optional(Type.String({ maxLength: 1024 })),
        messagesFromClient: Count,
        messagesToClient: Count,
        ipAddress: Type.Optional(Type.String({ minLength: 2, maxLength: 45 })),
      }),
    }),
    result: Success,
    scopes: ['all.Application', 'all.Device'],
    async run({ deviceId: id, connectionStatus: given }, context) {
      const { platform } = context
      await checkOwnDevice(context, id)
      // `checkOwnDevice` has looked for the device only if a device asks.
      if (context.actor.kind !== 'device') await readVisible(context, id)
      const now = platform.clock.now()
      const via = { method: 'rest', address: given.ipAddress ?? context.address, relay: relayOf(context) } as const
      if (given.status === 'connected') {
        const at = requireTime(given.connectedAt, now, 'connectionStatus.connectedAt')
        await noteConnected(platform, id, { at, via })
      } else {
        const at = requireTime(given.disconnectedAt, now, 'connectionStatus.disconnectedAt')
        const { disconnectReason: reason, messagesFromClient, messagesToClient } = given
        await noteDisconnected(platform, id, { at, via, reason, messagesFromClient, messagesToClient })
      }
      return { success: true as const }
    },
  }),
}
