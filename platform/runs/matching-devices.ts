/** Which of some devices a trigger watches. */
import { sql } from 'kysely'
import type { DeviceWatch, InactivityWatch, StateWatch } from '../../contracts/watches.ts'
import type { Transaction } from '../store/store.ts'
import type { OnDevices } from './watches.ts'

/** Asks the database where a trigger names its devices by tags or a query, once for all of them. */
export async function matchingDevices(
  tx: Transaction,
  { ids, condition }: Pick<OnDevices<StateWatch | InactivityWatch | DeviceWatch>, 'ids' | 'condition'>,
  deviceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids === 'all') return new Set(deviceIds)
  if (ids) return new Set(deviceIds.filter((id) => ids.has(id)))
  if (!condition || deviceIds.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`select devices.id from devices
    where devices.id in (${sql.join(deviceIds)}) and ${condition}`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}
