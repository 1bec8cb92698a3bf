/** An API token of the application as it is shown. Its value is shown once, when it is made. */
import type { Kysely } from 'kysely'
import Type, { type Static } from 'typebox'
import { createSecret, hashSecret } from '../auth/secrets.ts'
import { notFound } from '../base/refusals.ts'
import type { Platform } from '../platform.ts'
import type { Transaction } from '../store/store.ts'
import type { ApiTokenTable, Tables } from '../store/tables.ts'
import { closed, Description, fromColumn, Id, Name, oneOf, Time, toIso } from './schemas.ts'

export const TokenStatus = oneOf(['active', 'inactive'])

export const tokenFields = {
  id: Id,
  apiTokenId: Id,
  ownerId: Id,
  ownerType: oneOf(['application']),
  creatorId: Id,
  creatorType: oneOf(['apiToken', 'user', 'flow']),
  creationDate: Time,
  lastUpdated: Time,
  name: Name,
  description: Description,
  scope: Type.Array(Type.String()),
  status: TokenStatus,
  expirationDate: Type.Optional(Time),
}
const ApiTokenRecord = closed(tokenFields)
export type ApiTokenRecord = Static<typeof ApiTokenRecord>

/** Tells an API token from a JWT, for us and for those who search for leaked secrets. */
export const API_TOKEN_PREFIX = 'flowpot_'

export function toApiToken(row: ApiTokenTable, applicationId: string): ApiTokenRecord {
  return {
    id: row.id,
    apiTokenId: row.id,
    ownerId: applicationId,
    ownerType: 'application',
    creatorId: row.creator_id,
    // Both written by the action that made the token.
    creatorType: row.creator_type as ApiTokenRecord['creatorType'],
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    name: row.name,
    description: row.description,
    scope: fromColumn<string[]>(row.scope),
    status: row.status === 'active' ? 'active' : 'inactive',
    ...(row.expires_at === null ? {} : { expirationDate: toIso(row.expires_at) }),
  }
}

export async function readApiToken(platform: Platform, db: Kysely<Tables>, id: string): Promise<ApiTokenRecord> {
  const row = await db.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound({ what: 'API token' })
  return toApiToken(row, platform.applicationId)
}

export interface NewApiToken {
  readonly name: string
  readonly description?: string
  readonly scope: readonly string[]
  readonly status?: 'active' | 'inactive'
  readonly expirationDate?: string
  readonly creatorId: string
  readonly creatorType: ApiTokenRecord['creatorType']
}

/** A token's row, and its value, which stands nowhere else. */
export function createApiToken(platform: Platform, token: NewApiToken): { row: ApiTokenTable; value: string } {
  const value = API_TOKEN_PREFIX + createSecret(platform.random)
  const now = platform.clock.now()
  const row = {
    id: platform.newId(),
    name: token.name,
    description: token.description ?? '',
    token_hash: hashSecret(value),
    scope: JSON.stringify(token.scope),
    status: token.status ?? 'active',
    expires_at: token.expirationDate === undefined ? null : Date.parse(token.expirationDate),
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
