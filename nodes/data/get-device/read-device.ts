/** Reads a device, and what it has last reported. */
import type { Run } from '../../../engine/node.ts'
import { resultOf } from '../../parts/settle.ts'

export type Device = Readonly<Record<string, unknown>>

export async function readDevice(run: Run, deviceId: string, asked: object): Promise<Device | null> {
  const outcome = await run.services.api('device.get', { deviceId, ...asked })
  if ('error' in outcome && outcome.error.statusCode === 404) return null
  // Boundary: what the platform answers.
  return resultOf('device.get', outcome) as Device
}

/** The devices with their composite state. One that is deleted meanwhile is no longer among them. */
export async function withState(
  run: Run,
  devices: readonly Device[],
  attributes?: readonly string[],
): Promise<Device[]> {
  const found: Device[] = []
  for (const device of devices) {
    const of = attributes ? { attributes: attributes.join(',') } : {}
    const outcome = await run.services.api('device.getCompositeState', { deviceId: device.id, ...of })
    if ('error' in outcome && outcome.error.statusCode === 404) continue
    found.push({ ...device, compositeState: resultOf('device.getCompositeState', outcome) })
  }
  return found
}
