/** Selects the devices of a command or a query over time: by IDs, tags and a device query. */

import { sql } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import type { Caller } from '../auth/actor.ts'
import { findVisible } from '../auth/device-access.ts'
import { invalid } from '../base/refusals.ts'
import { AdvancedQuery } from '../records/advanced-query.ts'
import { anyOf, type Condition, isIn, isTagged, never } from '../records/conditions.ts'
import { compileDeviceQuery } from '../records/device-query.ts'
import { Ids, TagFilters } from '../records/schemas.ts'

export const selection = {
  deviceIds: Type.Optional(Ids),
  deviceTags: Type.Optional(TagFilters),
  deviceQuery: Type.Optional(AdvancedQuery),
}

/**
 * The devices that any of the three selects, among those that the actor sees. If all three are missing, the call is refused: a list that a template
 * left out must not select every device.
 */
export async function selectDevices(
  { deviceIds, deviceTags, deviceQuery }: Static<TObject<typeof selection>>,
  caller: Caller,
  at: string,
): Promise<Condition> {
  if (deviceIds === undefined && deviceTags === undefined && deviceQuery === undefined) {
    throw invalid({ problem: `${at} names no devices: it takes deviceIds, deviceTags or deviceQuery` })
  }
  return findVisible(caller, async (compiling) => {
    const { store } = caller.platform
    const wanted = [
      ...(deviceIds?.length ? [isIn(sql`devices.id`, deviceIds)] : []),
      ...(deviceTags ?? []).map((filter) => isTagged(filter, compiling.having)),
      ...(deviceQuery === undefined
        ? []
        : [await compileDeviceQuery(store, deviceQuery, `${at}.deviceQuery`, compiling)]),
    ]
    if (wanted.length === 0) return never
    if (caller.actor.kind === 'device') return anyOf(wanted)
    // It is a union because SQLite uses no index for conditions that are joined by OR, and would read every device.
    const selects = wanted.map((condition) => sql`select devices.id from devices where ${condition}`)
    return sql`devices.id in (${sql.join(selects, sql` union `)})`
  })
}
