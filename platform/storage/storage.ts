/** Values that flows keep from one run to the next, by scope and key. */
import { sql } from 'kysely'
import { defineError } from '../../contracts/errors.ts'
import type { Storage, StorageSlot } from '../../contracts/storage.ts'
import type { Base } from '../base/base.ts'
import { applyChange, createSlotWriter } from './slot-writer.ts'
import { idOf, readSlots } from './slots.ts'
import { fromJson } from './stored-json.ts'

/** As in Losant: schema `flowStorageEntry` of its REST API. */
const MAX_KEY_LENGTH = 255
/** PostgreSQL puts at most 2,704 bytes of scope and key into its index. */
const MAX_SCOPE_LENGTH = 1000
/** Of all keys and values of a scope together. */
const MAX_LISTED_LENGTH = 4 * 1024 * 1024

const keyUnfit = defineError<{ problem: string }>(
  'STORAGE_KEY_UNFIT',
  400,
  ({ problem }) => `Nothing can be stored under this key: ${problem}.`,
)
const scopeTooLarge = defineError(
  'STORAGE_SCOPE_TOO_LARGE',
  500,
  () => 'More is stored than the 4 MB that are read at once: read it by key.',
)

export function createStorage({ store, clock }: Pick<Base, 'store' | 'clock'>): Storage {
  const write = createSlotWriter(store, clock)
  const read = async (slot: StorageSlot) => (await readSlots(store.read, [slot])).get(idOf(slot))
  return {
    async get(slot) {
      checkSlot(slot)
      return fromJson(await read(slot))
    },

    async list(scope) {
      const stored = store.read.selectFrom('flow_storage').where('scope', '=', scope)
      const { length } = await stored
        .select(sql<number>`coalesce(sum(length(key) + length(value)), 0)`.as('length'))
        .executeTakeFirstOrThrow()
      if (length > MAX_LISTED_LENGTH) throw scopeTooLarge({})
      const rows = await stored.select(['key', 'value']).orderBy('key').execute()
      return new Map(rows.map(({ key, value }) => [key, fromJson(value)]))
    },

    async update(slot, change) {
      checkSlot(slot)
      const before = await read(slot)
      const { after, result } = applyChange(before, change)
      // What changes nothing is as if it had come at the moment of this read: it waits for no write.
      return after === before ? result : write(slot, change)
    },
  }
}

function checkSlot({ scope, key }: StorageSlot): void {
  if (scope.length > MAX_SCOPE_LENGTH) throw keyUnfit({ problem: 'the flow or the node has too long a name' })
  if (key.length > MAX_KEY_LENGTH) {
    throw keyUnfit({ problem: `it has ${key.length} characters, and at most ${MAX_KEY_LENGTH} are allowed` })
  }
  // The databases would keep it under another key than it is asked for. In Node's library since 20, in TypeScript's with ES2024.
  if (!(key as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw keyUnfit({ problem: 'half of a surrogate pair is missing in it' })
  }
}
