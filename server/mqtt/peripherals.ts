/** For whom else a device may speak. */
import type { BrokerContext } from './context.ts'
import type { Session } from './session.ts'

/** A gateway speaks for its peripherals, and for those that any gateway may speak for (Losant's "floating"). Read anew each time. */
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
