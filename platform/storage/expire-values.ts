/** Deletes stored values that have expired. Nobody sees them any more; this only frees their place. */
import type { Base } from '../base/base.ts'
import { readExpired, removeExpired } from './slots.ts'

/** Values in one write, for which all other writes wait on SQLite. */
const valuesPerWrite = 500

/** Others are served between two writes. Stops if `isStopped` says so. Returns how many values were deleted. */
export async function expireValues(
  { store, clock }: Pick<Base, 'store' | 'clock'>,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const now = clock.now()
  let expired = 0
  while (!isStopped()) {
    const slots = await readExpired(store.read, now, valuesPerWrite)
    // A value that has been stored anew since then no longer fits, and stays.
    if (slots.length > 0) expired += await store.write((tx) => removeExpired(tx, slots, now))
    if (slots.length < valuesPerWrite) break
    await new Promise<void>((turn) => setImmediate(turn))
  }
  return expired
}
