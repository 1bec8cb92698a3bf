/** Verifies the tokens of devices. */
import { type DeviceRecord, toDevice } from '../records/device-record.ts'
import type { AuthBase } from './auth-base.ts'
import { admitsAddress } from './key-addresses.ts'
import { readSignedIn, type SignedInDevice } from './sign-in.ts'

export interface Devices {
  /** The device that a token stands for, or `null`; `address` is where it was sent from. */
  verifyToken(token: string, address: string | undefined): Promise<DeviceRecord | null>
}

export function createDevices(platform: AuthBase): Devices {
  return {
    async verifyToken(token, address) {
      const signedIn = await readDeviceToken(platform, token, address)
      return signedIn && toDevice(signedIn.device, platform.applicationId)
    },
  }
}

/** A device's token is valid as long as its key is active, admits the device and may be used from the address that the token was sent from. */
export async function readDeviceToken(
  platform: AuthBase,
  token: string,
  address: string | undefined,
): Promise<(SignedInDevice & { readonly scopes: readonly string[] }) | null> {
  const claims = platform.tokens.read('device', token)
  if (!claims?.key) return null
  const signedIn = await readSignedIn(platform, claims.sub, claims.key)
  return signedIn && admitsAddress(signedIn.key, address) ? { ...signedIn, scopes: claims.scopes ?? [] } : null
}
