/** Values that flows keep from one run to the next, by scope and key. */
import { sql } from 'kysely'
import { defineError } from '../../contracts/errors.ts'
import type { Storage, StorageSlot } from '../../contracts/storage.ts'
import type { Base } from '../base/base.ts'
import { isWellFormed } from '../base/validate.ts'
import { applyChange, createSlotWriter } from './slot-writer.ts'
import { idOf, isLiveAt, readSlots } from './slots.ts'
import { fromJson } from './stored-json.ts'

/** Losant's limit: schema `flowStorageEntry` of its REST API. */
const maxKeyLength = 255
/** An index entry of PostgreSQL, which holds scope and key, has at most 2,704 bytes. */
const maxScopeLength = 1000
/** The length of all keys and values of a scope that `list` returns. */
const maxListedLength = 4 * 1024 * 1024

const keyUnfit = defineError<{ problem: string }>(
  'STORAGE_KEY_UNFIT',
  400,
  ({ problem }) => `Nothing can be stored under this key: ${problem}.`,
)
const scopeTooLarge = defineError(
  'STORAGE_SCOPE_TOO_LARGE',
  500,
  () => 'The stored values have more than 4 MB and cannot be read at once. Read them by key.',
)

export function createStorage({ store, clock }: Pick<Base, 'store' | 'clock'>): Storage {
  const write = createSlotWriter(store, clock)
  const read = async (slot: StorageSlot, now: number) => (await readSlots(store.read, [slot], now)).get(idOf(slot))
  return {
    async get(slot) {
      checkSlot(slot)
      return fromJson((await read(slot, clock.now()))?.value)
    },

    async list(scope) {
      const stored = store.read.selectFrom('flow_storage').where('scope', '=', scope).where(isLiveAt(clock.now()))
      const { length } = await stored
        .select(sql<number>`coalesce(sum(length(key) + length(value)), 0)`.as('length'))
        .executeTakeFirstOrThrow()
      if (length > maxListedLength) throw scopeTooLarge({})
      const rows = await stored.select(['key', 'value']).orderBy('key').execute()
      return new Map(rows.map(({ key, value }) => [key, fromJson(value)]))
    },

    async update(slot, change) {
      checkSlot(slot)
      const now = clock.now()
      const before = await read(slot, now)
      const { after, result } = applyChange(before, change, now)
      // A change without effect counts as made at the moment of this read, and waits for no write.
      return after === before ? result : write(slot, change)
    },
  }
}

function checkSlot({ scope, key }: StorageSlot): void {
  if (scope.length > maxScopeLength) throw keyUnfit({ problem: 'the flow or the node has too long a name' })
  if (key.length > maxKeyLength) {
    throw keyUnfit({ problem: `it has ${key.length} characters, and at most ${maxKeyLength} are allowed` })
  }
  if (!isWellFormed(key)) throw keyUnfit({ problem: 'half of a surrogate pair is missing in it' })
}
