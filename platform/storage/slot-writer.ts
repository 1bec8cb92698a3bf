/**
 * Writes the changes of stored values. Changes that come while a write is under way are made together in the next one, since on
 * PostgreSQL writes of the same or neighbouring rows collide and run again: a thousand increments of one value at once took
 * 5.4 s, and some failed. Together they take 0.5 s.
 */
import type { Clock } from '../../contracts/clock.ts'
import type { ChangeStored, StorageSlot } from '../../contracts/storage.ts'
import type { Store, Transaction } from '../store/store.ts'
import { idOf, putSlots, readSlots, removeSlots, type StoredValue } from './slots.ts'
import { fromJson, toJson } from './stored-json.ts'

export type WriteSlot = <Result>(slot: StorageSlot, change: ChangeStored<Result>) => Promise<Result>

interface WaitingChange {
  readonly slot: StorageSlot
  /** Changes what is stored. Returns what is stored then, and the function that answers the change once it is on disk. */
  make(before: StoredValue | undefined, now: number): { readonly after: StoredValue | undefined; answer(): void }
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
      const make: WaitingChange['make'] = (before, now) => {
        try {
          const { after, result } = applyChange(before, change, now)
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
export function applyChange<Result>(before: StoredValue | undefined, change: ChangeStored<Result>, now: number) {
  const { value, result, ttlMs } = change(fromJson(before?.value))
  const json = toJson(value)
  if (json === undefined) return { after: undefined, result }
  const expiresAt = ttlMs === 'kept' ? (before?.expires_at ?? null) : ttlMs === undefined ? null : timeAfter(now, ttlMs)
  // What has not changed is the same object.
  const isSame = json === before?.value && expiresAt === before.expires_at
  return { after: isSame ? before : { value: json, expires_at: expiresAt }, result }
}

/** A whole number that both databases can store, however long the value lives. */
function timeAfter(now: number, ttlMs: number): number {
  return Math.min(Math.ceil(now + ttlMs), Number.MAX_SAFE_INTEGER)
}

/** Makes the changes one after another, each on the result of those before it. */
async function makeAll(tx: Transaction, changes: readonly WaitingChange[], now: number): Promise<(() => void)[]> {
  const slots = new Map(changes.map(({ slot }) => [idOf(slot), slot]))
  const stored = await readSlots(tx, [...slots.values()], now)
  const values = new Map<string, StoredValue | undefined>(stored)
  const answers = changes.map(({ slot, make }) => {
    const { after, answer } = make(values.get(idOf(slot)), now)
    values.set(idOf(slot), after)
    return answer
  })

  const removed: StorageSlot[] = []
  const put: (StorageSlot & StoredValue & { updated_at: number })[] = []
  for (const [id, slot] of slots) {
    const value = values.get(id)
    if (value === stored.get(id)) continue
    if (value === undefined) removed.push(slot)
    else put.push({ ...slot, value: value.value, expires_at: value.expires_at, updated_at: now })
  }
  if (removed.length > 0) await removeSlots(tx, removed)
  if (put.length > 0) await putSlots(tx, put)
  return answers
}
