/** Actions of the resource `device` on what it has reported. */
import { sql } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import { checkOwnDevice, readVisible, relayOf } from '../../auth/own-device.ts'
import { closed, Direction, Id, integerOrText, readDirection, readInteger, Success } from '../../records/schemas.ts'
import { defineAction } from '../../resource.ts'
import { readLastValues, readStates } from '../../state/read-states.ts'
import { removePoints } from '../../state/remove-points.ts'
import { reportState } from '../../state/report-state.ts'
import { ShownState, StateOrStates } from '../../state/state-schemas.ts'
import { Moment, readMoment } from '../../state/times.ts'
import { CompositeState, compositeParams, readComposite, showComposite } from './composite-state.ts'

const path = '/applications/{applicationId}/devices/{deviceId}'
const reads = ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read']
const deviceId = Id
const maxEntries = 1000

/** Parameters of the actions that list a device's past. */
export const pastParams = {
  limit: Type.Optional(integerOrText(1, maxEntries)),
  since: Type.Optional(Moment),
  start: Type.Optional(Moment),
  end: Type.Optional(Moment),
  duration: Type.Optional(integerOrText(1, 999_999_999_999, 'Milliseconds before `end`, or after `start`.')),
  sortDirection: Type.Optional(Direction),
}

/** `since` and `until` belong to the range. Without an end, the range includes states that are ahead of the clock. */
export function readPastParams(
  { limit = 1, since, start = since, end, duration, sortDirection = 'desc' }: PastParams,
  now: number,
) {
  const givenEnd = end === undefined ? undefined : readMoment(end, now)
  const givenStart = start === undefined ? undefined : readMoment(start, now)
  const length = duration === undefined ? undefined : Number(duration)
  const open = length === undefined ? 1 : (givenEnd ?? now) - length
  const until = givenEnd ?? (givenStart !== undefined && length !== undefined ? givenStart + length : undefined)
  return {
    limit: readInteger(limit, 1, maxEntries),
    since: givenStart ?? open,
    until: until ?? Number.MAX_SAFE_INTEGER,
    direction: readDirection(sortDirection),
  }
}

type PastParams = Static<TObject<typeof pastParams>>

export const deviceStateActions = {
  sendState: defineAction({
    summary: 'Reports the state of a device, or a list of states. What is dropped is noted in the log of the device.',
    method: 'POST',
    path: `${path}/state`,
    body: 'deviceState',
    params: closed({ deviceId, deviceState: StateOrStates }),
    result: Success,
    scopes: ['all.Application', 'all.Device'],
    async run(params, context) {
      await checkOwnDevice(context, params.deviceId)
      await reportState(context.platform, params.deviceId, params.deviceState, relayOf(context))
      return { success: true as const }
    },
  }),

  getState: defineAction({
    summary: 'Returns the last states of a device. By default only one.',
    method: 'GET',
    path: `${path}/state`,
    params: closed({ deviceId, ...pastParams }),
    result: Type.Array(ShownState),
    scopes: reads,
    async run(params, context) {
      await readVisible(context, params.deviceId)
      const { clock, store } = context.platform
      const { since, until, limit, direction } = readPastParams(params, clock.now())
      return readStates(store.read, params.deviceId, { from: since, to: until, limit, direction })
    },
  }),

  getCompositeState: defineAction({
    summary: 'Returns the last value of each attribute of a device, with its time.',
    method: 'GET',
    path: `${path}/compositeState`,
    params: closed({ deviceId, ...compositeParams }),
    result: CompositeState,
    scopes: reads,
    async run({ deviceId: id, ...range }, context) {
      await readVisible(context, id)
      const { clock, store } = context.platform
      return showComposite(await readLastValues(store, sql`devices.id = ${id}`, readComposite(range, clock.now())))
    },
  }),

  removeData: defineAction({
    summary: 'Deletes what a device has reported, between `start` and `end` if they are given.',
    method: 'DELETE',
    path: `${path}/data`,
    params: closed({ deviceId, start: Type.Optional(Moment), end: Type.Optional(Moment) }),
    result: Success,
    scopes: ['all.Application'],
    async run({ deviceId: id, start = 1, end }, context) {
      const { platform } = context
      await readVisible(context, id)
      const now = platform.clock.now()
      // States may be up to a day ahead of the clock. Without an end they are deleted too.
      const to = end === undefined ? Number.MAX_SAFE_INTEGER : readMoment(end, now)
      await removePoints(platform.store, id, { from: readMoment(start, now), to })
      return { success: true as const }
    },
  }),
}
