/** Decides whether a device may report for another device and receive its commands. */
import type { BrokerContext } from './context.ts'
import type { Session } from './session.ts'

/** True for the device itself, and for a gateway's own peripherals and floating ones. Reads the store each time. */
export async function speaksFor({ platform }: BrokerContext, session: Session, deviceId: string): Promise<boolean> {
  if (session.deviceId === deviceId) return true
  if (!session.isGateway) return false
  const device = await platform.store.read
    .selectFrom('devices')
    .select(['gateway_id', 'device_class'])
    .where('id', '=', deviceId)
    .executeTakeFirst()
  return device !== undefined && (device.gateway_id === session.deviceId || device.device_class === 'floating')
}
