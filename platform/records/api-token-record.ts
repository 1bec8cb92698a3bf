/** API tokens as clients see them. The value of a token is not part of it: it is shown once, when the token is created. */
import type { Kysely } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import type { Base } from '../base/base.ts'
import { notFound } from '../base/refusals.ts'
import type { ApiTokenTable, Tables } from '../store/tables.ts'
import { Description, fromColumn, Id, Name, oneOf, Time, toIso } from './schemas.ts'

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
export type ApiTokenRecord = Static<TObject<typeof tokenFields>>

export function toApiToken(row: ApiTokenTable, applicationId: string): ApiTokenRecord {
  return {
    id: row.id,
    apiTokenId: row.id,
    ownerId: applicationId,
    ownerType: 'application',
    creatorId: row.creator_id,
    // Only the code that creates tokens has written it.
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

export async function readApiToken(platform: Base, db: Kysely<Tables>, id: string): Promise<ApiTokenRecord> {
  const row = await db.selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound({ what: 'API token' })
  return toApiToken(row, platform.applicationId)
}
