/** The statements on the table `flow_storage`. */
import type { ExpressionBuilder, Kysely } from 'kysely'
import type { StorageSlot } from '../../contracts/storage.ts'
import type { Transaction } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'

/** A text that is the same for the same slot. */
export function idOf({ scope, key }: StorageSlot): string {
  return JSON.stringify([scope, key])
}

/** What is stored in a slot: JSON, and when it expires. */
export interface StoredValue {
  readonly value: string
  readonly expires_at: number | null
}

/** What is stored at these slots, by `idOf`, except for what has expired. */
export async function readSlots(
  db: Kysely<Tables>,
  slots: readonly StorageSlot[],
  now: number,
): Promise<Map<string, StoredValue>> {
  const rows = await db
    .selectFrom('flow_storage')
    .select(['scope', 'key', 'value', 'expires_at'])
    .where(isOneOf(slots))
    .where(isLiveAt(now))
    .execute()
  return new Map(rows.map((row) => [idOf(row), row]))
}

/** The slots of values that have expired, the first to expire first. */
export function readExpired(db: Kysely<Tables>, now: number, limit: number): Promise<StorageSlot[]> {
  return db
    .selectFrom('flow_storage')
    .select(['scope', 'key'])
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
}

/** Removes those of these slots whose value has expired, and returns how many those were. */
export async function removeExpired(tx: Transaction, slots: readonly StorageSlot[], now: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('flow_storage')
    .where(isOneOf(slots))
    .where('expires_at', '<=', now)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

export async function removeSlots(tx: Transaction, slots: readonly StorageSlot[]): Promise<void> {
  await tx.deleteFrom('flow_storage').where(isOneOf(slots)).execute()
}

export async function putSlots(tx: Transaction, rows: readonly Tables['flow_storage'][]): Promise<void> {
  await tx
    .insertInto('flow_storage')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['scope', 'key']).doUpdateSet(({ ref }) => ({
        value: ref('excluded.value'),
        updated_at: ref('excluded.updated_at'),
        expires_at: ref('excluded.expires_at'),
      })),
    )
    .execute()
}

export function isLiveAt(now: number) {
  return (where: ExpressionBuilder<Tables, 'flow_storage'>) =>
    where.or([where('expires_at', 'is', null), where('expires_at', '>', now)])
}

function isOneOf(slots: readonly StorageSlot[]) {
  return (where: ExpressionBuilder<Tables, 'flow_storage'>) =>
    where.or(slots.map(({ scope, key }) => where.and({ scope, key })))
}
