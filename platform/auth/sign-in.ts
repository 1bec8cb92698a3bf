/** Sign-in of devices and of the administrator. Whatever was wrong, the answer is the same. */

import { createHmac } from 'node:crypto'
import type { Base } from '../base/base.ts'
import { unauthenticated } from '../base/refusals.ts'
import { readDeviceRow } from '../records/device-record.ts'
import type { ApplicationKeyTable, DeviceTable } from '../store/tables.ts'
import type { Administrator, AuthBase } from './auth-base.ts'
import { devicesOfKey } from './device-access.ts'
import { networkOf } from './network.ts'
import { hashSecret, isSameText, isSecret } from './secrets.ts'
import type { Claims } from './tokens.ts'

export interface DeviceCredentials {
  readonly deviceId: string
  readonly key: string
  readonly secret: string
}

export interface SignedInDevice {
  readonly device: DeviceTable
  readonly key: ApplicationKeyTable
}

/**
 * The device that holds an access key that is active and good for it. Throws 401, or 429 to whoever guesses. Guesses count
 * for the one device, with this key and from this network: keys are no secret and are shared, so nobody who knows one may
 * lock out the others who use it.
 */
export async function signInDevice(
  platform: AuthBase,
  credentials: DeviceCredentials,
  address?: string,
): Promise<SignedInDevice> {
  const { deviceId, key } = credentials
  const network = address === undefined ? '' : networkOf(address)
  const attempt = await platform.limiters.device.attempt({ name: JSON.stringify([deviceId, key, network]) })
  await attempt.admit()
  const signedIn = await verifyDevice(platform, credentials)
  if (!signedIn) {
    await attempt.failed()
    throw unauthenticated({})
  }
  await attempt.succeeded()
  return signedIn
}

/** As `signInDevice`, but counts nothing and locks nobody out; `undefined` where anything is wrong. */
export async function verifyDevice(
  platform: Base,
  credentials: DeviceCredentials,
): Promise<SignedInDevice | undefined> {
  const { read } = platform.store
  const key = await read
    .selectFrom('application_keys')
    .selectAll()
    .where('key', '=', credentials.key)
    .executeTakeFirst()
  const isKnown = isSecret(credentials.secret, key?.secret_hash ?? hashSecret(''))
  if (!key || !isKnown || key.status !== 'active') return undefined
  const device = await readDevice(platform, credentials.deviceId, key)
  return device && { device, key }
}

/** The device, if `key` is good for it. */
export function readDevice(
  { store }: Base,
  deviceId: string,
  key: ApplicationKeyTable,
): Promise<DeviceTable | undefined> {
  return readDeviceRow(store.read, deviceId, devicesOfKey(key))
}

export interface DeviceAccess extends SignedInDevice {
  /** Devices that a gateway speaks for, in the order of their IDs; the key need not be good for them. */
  readonly peripheralIds: readonly string[]
}

/** What a device that signed in with a key may be and do now; `undefined` once the key is revoked, or is good for it no longer. */
export async function readDeviceAccess(
  platform: Base,
  deviceId: string,
  applicationKeyId: string,
): Promise<DeviceAccess | undefined> {
  const { read } = platform.store
  const key = await read
    .selectFrom('application_keys')
    .selectAll()
    .where('id', '=', applicationKeyId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  const device = key && (await readDevice(platform, deviceId, key))
  return key && device && { device, key, peripheralIds: await readPeripheralIds(platform, device) }
}

/** None but for a gateway. */
export async function readPeripheralIds(
  { store }: Base,
  device: Pick<DeviceTable, 'id' | 'device_class'>,
): Promise<string[]> {
  if (!isGateway(device)) return []
  const rows = await store.read
    .selectFrom('devices')
    .select('id')
    .where('gateway_id', '=', device.id)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether other devices may reach the platform through it. */
export function isGateway({ device_class }: Pick<DeviceTable, 'device_class'>): boolean {
  return device_class === 'gateway' || device_class === 'edgeCompute'
}

/** What a token says of the administrator of the settings, if address and password are theirs. Throws 401, or 429 to whoever guesses. */
export async function signInAdministrator(
  platform: AuthBase,
  email: string,
  password: string,
  address?: string,
): Promise<AdministratorClaims> {
  const { administrator } = platform.settings
  const name = email.toLowerCase()
  const isEmail = isSameText(name, administrator?.email.toLowerCase() ?? '')
  const account = administrator && isEmail ? 'administrator' : undefined
  const attempt = await platform.limiters.administrator.attempt({ name, account, address })
  await attempt.admit()
  const isPassword = isSameText(password, administrator?.password ?? '')
  if (!administrator || !isEmail || !isPassword) {
    await attempt.failed()
    throw unauthenticated({})
  }
  await attempt.succeeded()
  return claimsOf(administrator, platform.settings.signingKey)
}

type AdministratorClaims = Required<Pick<Claims, 'sub' | 'passwordHash'>>

function claimsOf({ email, password }: Administrator, signingKey: string): AdministratorClaims {
  // Keyed, since whoever holds a token can read what it says.
  const passwordHash = createHmac('sha256', signingKey).update(`administrator ${password}`).digest('base64url')
  return { sub: email, passwordHash }
}

/** Whether the claims are those of the administrator of the settings: another address or password ends the tokens before it. */
export function isAdministrator({ settings }: AuthBase, claims: Claims): boolean {
  if (!settings.administrator) return false
  const own = claimsOf(settings.administrator, settings.signingKey)
  return isSameText(claims.sub, own.sub) && isSameText(claims.passwordHash ?? '', own.passwordHash)
}
