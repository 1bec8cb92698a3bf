/** Checks which devices an actor sees and for which it may act, and names the actor in events and runs. */
import type { Relay } from '../base/events.ts'
import { notFound, notOwnDevice } from '../base/refusals.ts'
import { readDeviceRow } from '../records/device-record.ts'
import type { DeviceTable } from '../store/tables.ts'
import type { Caller } from './actor.ts'
import { visibleDevices } from './device-access.ts'
import { isGateway } from './sign-in.ts'

/** Throws 404 for a device that does not exist, or that the actor does not see. */
export async function readVisible({ platform, actor }: Caller, deviceId: string): Promise<DeviceTable> {
  const row = await readDeviceRow(platform.store.read, deviceId, await visibleDevices(platform, actor))
  if (!row) throw notFound({ what: 'Device' })
  return row
}

/** If the actor is a device, it may act only for itself and its peripherals. Throws 403 for other devices that it sees, and 404 for those that it does not. */
export async function checkOwnDevice({ platform, actor }: Caller, deviceId: string): Promise<void> {
  if (actor.kind !== 'device') return
  const { read } = platform.store
  const visible = await visibleDevices(platform, actor)
  // A key for a gateway need not name its peripherals, so they may be invisible to it.
  const [own, device] = await Promise.all([readDeviceRow(read, actor.deviceId, visible), readDeviceRow(read, deviceId)])
  if (own && (device?.id === own.id || (device?.gateway_id === own.id && isGateway(own)))) return
  const isVisible = own && (await readDeviceRow(read, deviceId, visible))
  throw isVisible ? notOwnDevice({}) : notFound({ what: 'Device' })
}

export function relayOf({ platform, actor }: Caller): Relay {
  switch (actor.kind) {
    case 'device':
      return { type: 'device', id: actor.deviceId }
    case 'apiToken':
      return { type: 'apiToken', id: actor.apiTokenId }
    case 'administrator':
      return { type: 'user', id: platform.applicationId }
    default:
      return { type: 'flow', id: platform.applicationId }
  }
}
