/** Sign-in of devices and of the administrator. Whatever was wrong, the answer is the same. */
import type { Platform } from '../platform.ts'
import { unauthenticated } from '../refusals.ts'
import { readDeviceRow } from '../resources/device-record.ts'
import type { ApplicationKeyTable, DeviceTable } from '../store/tables.ts'
import { devicesOfKey } from './device-access.ts'
import { hashSecret, isSameText, isSecret } from './secrets.ts'

export interface DeviceCredentials {
  readonly deviceId: string
  readonly key: string
  readonly secret: string
}

export interface SignedInDevice {
  readonly device: DeviceTable
  readonly key: ApplicationKeyTable
}

/** The device that holds an access key that is active and good for it. Throws 401, or 429 to who guesses. */
export async function signInDevice(
  platform: Platform,
  credentials: DeviceCredentials,
  address?: string,
): Promise<SignedInDevice> {
  const attempt = platform.limiter.attempt('key', credentials.key, address)
  await attempt.admit()
  const { read } = platform.store
  const key = await read
    .selectFrom('application_keys')
    .selectAll()
    .where('key', '=', credentials.key)
    .executeTakeFirst()
  const isKnown = isSecret(credentials.secret, key?.secret_hash ?? hashSecret(''))
  const device =
    key && isKnown && key.status === 'active' ? await readDevice(platform, credentials.deviceId, key) : undefined
  if (!key || !device) {
    await attempt.failed()
    throw unauthenticated({})
  }
  await attempt.succeeded()
  return { device, key }
}

/** The device, if `key` is good for it. */
export function readDevice(
  { store }: Pick<Platform, 'store'>,
  deviceId: string,
  key: ApplicationKeyTable,
): Promise<DeviceTable | undefined> {
  return readDeviceRow(store.read, deviceId, devicesOfKey(key))
}

/** Address of the administrator of the settings, if address and password are theirs. Throws 401, or 429 to who guesses. */
export async function signInAdministrator(
  platform: Platform,
  email: string,
  password: string,
  address?: string,
): Promise<string> {
  const attempt = platform.limiter.attempt('administrator', email.toLowerCase(), address)
  await attempt.admit()
  const { administrator } = platform.settings
  const isEmail = isSameText(email.toLowerCase(), administrator?.email.toLowerCase() ?? '')
  const isPassword = isSameText(password, administrator?.password ?? '')
  if (!administrator || !isEmail || !isPassword) {
    await attempt.failed()
    throw unauthenticated({})
  }
  await attempt.succeeded()
  return administrator.email
}
