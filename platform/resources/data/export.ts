/** Downloads of what devices have reported, as CSV. */
import { sql } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import { readVisible } from '../../auth/own-device.ts'
import { invalid } from '../../base/refusals.ts'
import { allOf } from '../../records/conditions.ts'
import { closed, Id } from '../../records/schemas.ts'
import { type ActionContext, defineDownload } from '../../resource.ts'
import { exportStates } from '../../state/export-states.ts'
import { selectDevices, selection } from '../../state/select-devices.ts'
import { Attributes } from '../../state/state-schemas.ts'
import { Moment, readMoment } from '../../state/times.ts'

const range = {
  start: Type.Optional(Moment),
  end: Type.Optional(Moment),
}
const format = {
  contentType: 'text/csv; charset=utf-8',
  content:
    'a line for each state: `time`, `deviceId`, `deviceName` and a column for each attribute. `start` belongs to the range, `end` does not; without them everything is downloaded',
}

export const dataExport = defineDownload({
  summary: 'Downloads what devices have reported, as CSV. A device gets only what it has reported itself.',
  method: 'POST',
  path: '/applications/{applicationId}/data/export',
  body: 'query',
  params: closed({ query: closed({ ...range, ...selection, attributes: Type.Optional(Attributes) }) }),
  scopes: ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read'],
  ...format,
  async open({ query }, context) {
    const selected = await selectDevices(query, context, 'query')
    const { actor, platform } = context
    const devices = actor.kind === 'device' ? allOf([selected, sql`devices.id = ${actor.deviceId}`]) : selected
    const times = readTimes(query, context)
    const parts = await exportStates(platform.store, devices, { ...times, attributes: query.attributes })
    return { fileName: 'data.csv', parts }
  },
})

export const deviceExport = defineDownload({
  summary: 'Downloads what a device has reported, as CSV.',
  method: 'POST',
  path: '/applications/{applicationId}/devices/{deviceId}/export',
  params: closed({ deviceId: Id, ...range }),
  scopes: ['all.Application', 'all.Application.read'],
  ...format,
  async open({ deviceId, ...given }, context) {
    await readVisible(context, deviceId)
    const parts = await exportStates(context.platform.store, sql`devices.id = ${deviceId}`, readTimes(given, context))
    return { fileName: `device-${deviceId}.csv`, parts }
  },
})

function readTimes({ start, end }: Static<TObject<typeof range>>, { platform }: ActionContext) {
  const now = platform.clock.now()
  const from = start === undefined ? 0 : readMoment(start, now)
  // States may be up to a day ahead of the clock. Without an end they are exported too.
  const to = end === undefined ? Number.MAX_SAFE_INTEGER : readMoment(end, now) - 1
  if (from > to) throw invalid({ problem: 'start is not before end' })
  return { from, to }
}
