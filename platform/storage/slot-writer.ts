/**
 * Writes the changes of stored values. Changes that come while a write is under way are made together in the next one, since on
 * PostgreSQL writes of the same or neighbouring rows collide and run again: a thousand increments of one value at once took
 * 5.4 s, and some failed. Together they take 0.5 s.
 */
import type { Clock } from '../../contracts/clock.ts'
import type { ChangeStored, StorageSlot } from '../../contracts/storage.ts'
import type { Store, Transaction } from '../store/store.ts'
import { idOf, putSlots, readSlots, removeSlots } from './slots.ts'
import { fromJson, toJson } from './stored-json.ts'

export type WriteSlot = <Result>(slot: StorageSlot, change: ChangeStored<Result>) => Promise<Result>

interface WaitingChange {
  readonly slot: StorageSlot
  /** Changes the stored value. Returns the new one, and the function that answers the change once it is on disk. */
  make(before: string | undefined): { readonly after: string | undefined; answer(): void }
  reject(error: unknown): void
}

/** Changes in one write, for which all other writes wait on SQLite. */
const maxAtOnce = 50

export function createSlotWriter(store: Store, clock: Clock): WriteSlot {
  let waiting: WaitingChange[] = []
  let isWriting = false

  async function writeAll(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      const changes = waiting.slice(0, maxAtOnce)
      waiting = waiting.slice(maxAtOnce)
      try {
        const now = clock.now()
        const answers = await store.write((tx) => makeAll(tx, changes, now))
        for (const answer of answers) answer()
      } catch (error) {
        for (const { reject } of changes) reject(error)
      }
    }
    isWriting = false
  }

  return (slot, change) =>
    new Promise((resolve, reject) => {
      const make: WaitingChange['make'] = (before) => {
        try {
          const { after, result } = applyChange(before, change)
          return { after, answer: () => resolve(result) }
        } catch (error) {
          return { after: before, answer: () => reject(error) }
        }
      }
      waiting.push({ slot, make, reject })
      // `writeAll` catches all that can fail in it, so this rejection would be a bug.
      if (!isWriting) writeAll().catch(reject)
    })
}

/** Throws what `change` throws, and if its value cannot be stored. */
export function applyChange<Result>(before: string | undefined, change: ChangeStored<Result>) {
  const { value, result } = change(fromJson(before))
  return { after: toJson(value), result }
}

/** Makes the changes one after another, each on the result of those before it. */
async function makeAll(tx: Transaction, changes: readonly WaitingChange[], now: number): Promise<(() => void)[]> {
  const slots = new Map(changes.map(({ slot }) => [idOf(slot), slot]))
  const stored = await readSlots(tx, [...slots.values()])
  const values = new Map<string, string | undefined>(stored)
  const answers = changes.map(({ slot, make }) => {
    const { after, answer } = make(values.get(idOf(slot)))
    values.set(idOf(slot), after)
    return answer
  })

  const removed: StorageSlot[] = []
  const put: (StorageSlot & { value: string; updated_at: number })[] = []
  for (const [id, slot] of slots) {
    const value = values.get(id)
    if (value === stored.get(id)) continue
    if (value === undefined) removed.push(slot)
    else put.push({ ...slot, value, updated_at: now })
  }
  if (removed.length > 0) await removeSlots(tx, removed)
  if (put.length > 0) await putSlots(tx, put)
  return answers
}
