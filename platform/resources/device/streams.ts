/** Streams of what a device reports and is sent. */
import Type from 'typebox'
import { readVisible } from '../../auth/own-device.ts'
import type { PlatformEvents } from '../../base/events.ts'
import { closed, Id, integerOrText, toIso } from '../../records/schemas.ts'
import { type ActionContext, defineStream, type EventSink } from '../../resource.ts'

const path = '/applications/{applicationId}/devices/{deviceId}'
const scopes = ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read']
const params = closed({
  deviceId: Id,
  keepAliveInterval: Type.Optional(integerOrText(1, 3600, 'Accepted and ignored: a stream is kept alive anyway.')),
})

export const deviceStreams = {
  stateStream: defineStream({
    summary: 'Sends what a device reports, as it is stored. Ends at once if there is no such device.',
    path: `${path}/stateStream`,
    params,
    events: { deviceState: 'A state: `time` and `data`.' },
    scopes,
    open: ({ deviceId }, context, sink) =>
      follow(context, deviceId, sink, 'statesStored', (heard) => {
        for (const { deviceId: heardId, reports } of heard) {
          if (heardId !== deviceId) continue
          for (const { time, data } of reports) sink.send('deviceState', JSON.stringify({ time: toIso(time), data }))
        }
      }),
  }),

  commandStream: defineStream({
    summary: 'Sends the commands for a device, as they are stored. Ends at once if there is no such device.',
    path: `${path}/commandStream`,
    params,
    events: { deviceCommand: 'A command: `name`, `time`, and `payload` if it has one.' },
    scopes,
    open: ({ deviceId }, context, sink) =>
      follow(context, deviceId, sink, 'commandSent', ({ deviceId: sentTo, name, time, payload }) => {
        if (sentTo === deviceId) sink.send('deviceCommand', JSON.stringify({ name, time: toIso(time), payload }))
      }),
  }),
}

/** Listens once it is known that the caller sees the device. */
function follow<Name extends keyof PlatformEvents>(
  context: ActionContext,
  deviceId: string,
  { end }: EventSink,
  name: Name,
  listener: (detail: PlatformEvents[Name]) => void,
): () => void {
  let isOpen = true
  let stop = () => {}
  readVisible(context, deviceId).then(() => {
    if (isOpen) stop = context.platform.events.on(name, listener)
  }, end)
  return () => {
    isOpen = false
    stop()
  }
}
