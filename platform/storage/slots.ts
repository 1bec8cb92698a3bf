/** The statements on the table `flow_storage`. */
import type { ExpressionBuilder, Kysely } from 'kysely'
import type { StorageSlot } from '../../contracts/storage.ts'
import type { Transaction } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'

/** A text that is the same for the same slot. */
export function idOf({ scope, key }: StorageSlot): string {
  return JSON.stringify([scope, key])
}

/** The values at these slots, as JSON, by `idOf`. */
export async function readSlots(db: Kysely<Tables>, slots: readonly StorageSlot[]): Promise<Map<string, string>> {
  const rows = await db.selectFrom('flow_storage').select(['scope', 'key', 'value']).where(isOneOf(slots)).execute()
  return new Map(rows.map((row) => [idOf(row), row.value]))
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
      })),
    )
    .execute()
}

function isOneOf(slots: readonly StorageSlot[]) {
  return (where: ExpressionBuilder<Tables, 'flow_storage'>) =>
    where.or(slots.map(({ scope, key }) => where.and({ scope, key })))
}
