/** Signs in devices and the administrator. The answer is the same whatever was wrong. */

import { createHmac } from 'node:crypto'
import type { Base } from '../base/base.ts'
import { unauthenticated } from '../base/refusals.ts'
import { readDeviceRow } from '../records/device-record.ts'
import type { ApplicationKeyTable, DeviceTable } from '../store/tables.ts'
import type { Administrator, AuthBase } from './auth-base.ts'
import { devicesOfKey } from './device-access.ts'
import { admitsAddress } from './key-addresses.ts'
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
 * Returns the device and its key, if the key is active and admits the device. Throws 401, or 429 after too many guesses. They
 * count for this device, this key and this network together: keys are shared and no secret, so nobody who knows one may
 * lock out others who use it.
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
  const signedIn = await verifyDevice(platform, credentials, address)
  if (!signedIn) {
    await attempt.failed()
    throw unauthenticated({})
  }
  await attempt.succeeded()
  return signedIn
}

/** Like `signInDevice`, but counts no guesses, and returns `undefined` if anything is wrong. */
export async function verifyDevice(
  platform: Base,
  credentials: DeviceCredentials,
  address: string | undefined,
): Promise<SignedInDevice | undefined> {
  const { read } = platform.store
  const key = await read
    .selectFrom('application_keys')
    .selectAll()
    .where('key', '=', credentials.key)
    .executeTakeFirst()
  const isKnown = isSecret(credentials.secret, key?.secret_hash ?? hashSecret(''))
  if (!key || !isKnown || key.status !== 'active' || !admitsAddress(key, address)) return undefined
  const device = await readDevice(platform, credentials.deviceId, key)
  return device && { device, key }
}

/** The device, if `key` admits it. */
function readDevice({ store }: Base, deviceId: string, key: ApplicationKeyTable): Promise<DeviceTable | undefined> {
  return readDeviceRow(store.read, deviceId, devicesOfKey(key))
}

/** The device and the key that it has signed in with; `undefined` once the key is revoked or no longer admits it. */
export async function readSignedIn(
  platform: Base,
  deviceId: string,
  applicationKeyId: string,
): Promise<SignedInDevice | undefined> {
  const key = await platform.store.read
    .selectFrom('application_keys')
    .selectAll()
    .where('id', '=', applicationKeyId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  const device = key && (await readDevice(platform, deviceId, key))
  return key && device && { device, key }
}

export interface DeviceAccess extends SignedInDevice {
  /** Devices that a gateway acts for, sorted by ID. The key need not admit them. */
  readonly peripheralIds: readonly string[]
}

/** Like `readSignedIn`, with the devices that it acts for. */
export async function readDeviceAccess(
  platform: Base,
  deviceId: string,
  applicationKeyId: string,
): Promise<DeviceAccess | undefined> {
  const signedIn = await readSignedIn(platform, deviceId, applicationKeyId)
  return signedIn && { ...signedIn, peripheralIds: await readPeripheralIds(platform, signedIn.device) }
}

/** The peripherals of a gateway. Other devices have none. */
async function readPeripheralIds({ store }: Base, device: Pick<DeviceTable, 'id' | 'device_class'>): Promise<string[]> {
  if (!isGateway(device)) return []
  const rows = await store.read
    .selectFrom('devices')
    .select('id')
    .where('gateway_id', '=', device.id)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether other devices may reach the platform through this one. */
export function isGateway({ device_class }: Pick<DeviceTable, 'device_class'>): boolean {
  return device_class === 'gateway' || device_class === 'edgeCompute'
}

/** Returns the claims for a token of the administrator. Throws 401, or 429 after too many guesses. */
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
  // The hash is keyed, since whoever holds a token can read its claims.
  const passwordHash = createHmac('sha256', signingKey).update(`administrator ${password}`).digest('base64url')
  return { sub: email, passwordHash }
}

/** Whether the claims are still those of the administrator. Once the settings have another address or password, earlier tokens are invalid. */
export function isAdministrator({ settings }: AuthBase, claims: Claims): boolean {
  if (!settings.administrator) return false
  const own = claimsOf(settings.administrator, settings.signingKey)
  return isSameText(claims.sub, own.sub) && isSameText(claims.passwordHash ?? '', own.passwordHash)
}
