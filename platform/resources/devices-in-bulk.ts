/** Actions of the resource `devices` that change many devices, one after the other. */
import { sql } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import { FlowpotError } from '../../contracts/errors.ts'
import { findVisible } from '../auth/device-access.ts'
import { invalid } from '../base/refusals.ts'
import { AdvancedQuery } from '../records/advanced-query.ts'
import { anyOf, isIn } from '../records/conditions.ts'
import { compileDeviceQuery } from '../records/device-query.ts'
import { DevicePatch } from '../records/device-record.ts'
import { closed, Ids } from '../records/schemas.ts'
import { type ActionContext, defineAction } from '../resource.ts'
import { deleteDevice } from '../state/delete-device.ts'
import { patchDevice } from '../state/patch-device.ts'
import { removePoints } from '../state/remove-points.ts'
import { readMoment } from '../state/times.ts'

const path = '/applications/{applicationId}/devices'
const scopes = ['all.Application']
const maxDevices = 10_000
const Count = Type.Integer()
const Ms = Type.Optional(Type.Number({ minimum: -1e15, maximum: 1e15, description: 'Milliseconds since 1970.' }))
const selection = { deviceIds: Type.Optional(Ids), query: Type.Optional(AdvancedQuery) }

export const bulkDeviceActions = {
  delete: defineAction({
    summary: 'Deletes the devices that a query finds, one after the other, and answers once that is done.',
    method: 'POST',
    path: `${path}/delete`,
    body: 'options',
    params: closed({ options: closed({ query: AdvancedQuery }) }),
    result: closed({ removed: Count, failed: Count }),
    scopes,
    async run({ options: { query } }, context) {
      const { done, failed } = await each(context, { query }, (id) => deleteDevice(context.platform, id))
      return { removed: done, failed }
    },
  }),

  patch: defineAction({
    summary: 'Changes the devices that are named or that a query finds, one after the other.',
    method: 'PATCH',
    path,
    body: 'patchInfo',
    params: closed({
      patchInfo: closed({ updateFields: DevicePatch, ...selection }),
    }),
    result: closed({ updated: Count, failed: Count, skipped: Count }),
    scopes,
    async run({ patchInfo: { updateFields, ...selected } }, context) {
      const { done, failed } = await each(context, selected, (id) =>
        patchDevice(context.platform, id, () => updateFields),
      )
      return { updated: done, failed, skipped: 0 }
    },
  }),

  removeData: defineAction({
    summary: 'Deletes what the devices have reported that a query finds, between `start` and `end` if they are given.',
    method: 'POST',
    path: `${path}/removeData`,
    body: 'options',
    params: closed({ options: closed({ query: AdvancedQuery, start: Ms, end: Ms }) }),
    result: closed({ completed: Count, notApplicable: Count }),
    scopes,
    async run({ options: { query, start = 1, end } }, context) {
      const { clock, store } = context.platform
      const now = clock.now()
      const from = readMoment(start, now)
      const to = end === undefined ? Number.MAX_SAFE_INTEGER : readMoment(end, now)
      const { done, failed } = await each(context, { query }, (id) => removePoints(store, id, { from, to }))
      return { completed: done, notApplicable: failed }
    },
  }),
}

/** Runs `act` for each device. A device that refuses counts as failed; the store's errors end it. */
async function each(
  context: ActionContext,
  { deviceIds, query }: Static<TObject<typeof selection>>,
  act: (id: string) => Promise<unknown>,
): Promise<{ done: number; failed: number }> {
  const { store } = context.platform
  if (deviceIds === undefined && query === undefined) {
    throw invalid({ problem: 'No devices are named: give deviceIds or query' })
  }
  const wanted = await findVisible(context, async (compiling) =>
    anyOf([
      ...(deviceIds ? [isIn(sql`devices.id`, deviceIds)] : []),
      ...(query ? [await compileDeviceQuery(store, query, 'query', compiling)] : []),
    ]),
  )
  const { rows } = await sql<{ id: string }>`select devices.id from devices where ${wanted}
    order by devices.id limit ${sql.lit(maxDevices + 1)}`.execute(store.read)
  if (rows.length > maxDevices) throw invalid({ problem: `The query finds more than ${maxDevices} devices` })
  let failed = 0
  for (const { id } of rows) {
    try {
      await act(id)
    } catch (error) {
      if (!(error instanceof FlowpotError) || error.status >= 500) throw error
      failed++
    }
  }
  return { done: rows.length - failed, failed }
}
