/** Writes to a device's log, where its maker looks, what the server's log says of it too. */
import { logOnDevice } from '../../platform/state/device-log.ts'
import type { BrokerContext } from './context.ts'

/** Resolves once it is written, or cannot be; a device that does not exist has no log. */
export async function tellDevice({ platform, warn }: BrokerContext, deviceId: string, line: string): Promise<void> {
  await logOnDevice(platform, deviceId, line).catch((err) =>
    warn({ err, deviceId }, "A line of a device's log was not written"),
  )
}
