/** Makes API tokens. The store keeps their hash, so the value is shown once. */
import type { Random } from '../../contracts/random.ts'
import type { Base } from '../base/base.ts'
import type { ApiTokenRecord } from '../records/api-token-record.ts'
import { toMs } from '../records/schemas.ts'
import type { Transaction } from '../store/store.ts'
import type { ApiTokenTable } from '../store/tables.ts'
import { createSecret, hashSecret } from './secrets.ts'

/** Tells API tokens from JWTs, and lets scanners recognize a leaked one. */
export const apiTokenPrefix = 'flowpot_'

type NewApiToken = Pick<ApiTokenRecord, 'name' | 'creatorId' | 'creatorType'> &
  Partial<Pick<ApiTokenRecord, 'description' | 'status' | 'expirationDate'>> & { readonly scope: readonly string[] }

export function createApiTokenValue(random: Random): string {
  return apiTokenPrefix + createSecret(random)
}

/** The row of a new token, and its value, which is not in the row. */
export function createApiToken(platform: Base, token: NewApiToken): { row: ApiTokenTable; value: string } {
  const value = createApiTokenValue(platform.random)
  const now = platform.clock.now()
  const row = {
    id: platform.newId(),
    name: token.name,
    description: token.description ?? '',
    token_hash: hashSecret(value),
    scope: JSON.stringify(token.scope),
    status: token.status ?? 'active',
    expires_at: toMs(token.expirationDate) ?? null,
    creator_id: token.creatorId,
    creator_type: token.creatorType,
    created_at: now,
    updated_at: now,
  }
  return { row, value }
}

export function insertApiToken(tx: Transaction, row: ApiTokenTable) {
  return tx.insertInto('api_tokens').values(row).execute()
}

/** Creates a token that may do everything, if the store has no API token yet. Its value is kept nowhere, so the caller must show it. */
export async function createAdminToken(platform: Base): Promise<string | undefined> {
  const { row, value } = createApiToken(platform, {
    name: 'administrator',
    description: 'Made on the first start.',
    scope: ['all.Application'],
    creatorId: platform.applicationId,
    creatorType: 'user',
  })
  const isFirst = await platform.store.write(async (tx) => {
    if (await tx.selectFrom('api_tokens').select('id').executeTakeFirst()) return false
    await insertApiToken(tx, row)
    return true
  })
  return isFirst ? value : undefined
}
