/** Finds out who calls the REST API. */

import { fromColumn } from '../records/schemas.ts'
import { type Actor, anonymousActor } from './actor.ts'
import { apiTokenPrefix } from './api-tokens.ts'
import type { AuthBase } from './auth-base.ts'
import { readDeviceToken } from './device-tokens.ts'
import { hashSecret } from './secrets.ts'
import { isAdministrator } from './sign-in.ts'

/**
 * The actor that the bearer of `token` is. Without a valid token it is nobody; tokens of experience users are not valid here. With
 * `address`, from which it was sent, a device whose key may not be used from there is nobody either.
 */
export async function authenticate(platform: AuthBase, token: string | undefined, address?: string): Promise<Actor> {
  if (token === undefined || token === '') return anonymousActor
  if (token.startsWith(apiTokenPrefix)) return authenticateApiToken(platform, token)
  const signedIn = await readDeviceToken(platform, token, address)
  if (!signedIn) return authenticateAdministrator(platform, token)
  const { device, key, scopes } = signedIn
  return { kind: 'device', deviceId: device.id, applicationKeyId: key.id, scopes }
}

async function authenticateApiToken({ store, clock, operatorHash }: AuthBase, token: string): Promise<Actor> {
  // Hashes are compared and looked up, so the time that takes reveals nothing about the token.
  const hash = hashSecret(token)
  if (hash === operatorHash) return { kind: 'administrator', scopes: ['all.Application'] }
  const row = await store.read.selectFrom('api_tokens').selectAll().where('token_hash', '=', hash).executeTakeFirst()
  if (row?.status !== 'active' || (row.expires_at !== null && row.expires_at <= clock.now())) return anonymousActor
  return { kind: 'apiToken', apiTokenId: row.id, scopes: fromColumn<string[]>(row.scope) }
}

function authenticateAdministrator(platform: AuthBase, token: string): Actor {
  const claims = platform.tokens.read('administrator', token)
  if (!claims || !isAdministrator(platform, claims)) return anonymousActor
  return { kind: 'administrator', scopes: claims.scopes ?? [] }
}
