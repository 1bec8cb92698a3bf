/** Reads a device, and what it has last reported. */
import type { Run } from '../../../engine/node.ts'
import { findByAction } from '../../parts/call-platform.ts'

export type Device = Readonly<Record<string, unknown>>

export async function readDevice(run: Run, deviceId: string, asked: object): Promise<Device | null> {
  const device = await findByAction(run, 'device.get', { deviceId, ...asked })
  return device as Device | null // boundary: the platform's answer
}

/** Adds their composite state to the devices. Leaves out a device that was deleted in the meantime. */
export async function withState(
  run: Run,
  devices: readonly Device[],
  attributes?: readonly string[],
): Promise<Device[]> {
  const found: Device[] = []
  for (const device of devices) {
    const of = attributes ? { attributes: attributes.join(',') } : {}
    const compositeState = await findByAction(run, 'device.getCompositeState', { deviceId: device.id, ...of })
    if (compositeState !== null) found.push({ ...device, compositeState })
  }
  return found
}
