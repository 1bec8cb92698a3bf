/** Writes a line to a device's log, which its maker can read, unlike the server's log. */
import { logOnDevice } from '../../platform/state/device-log.ts'
import type { BrokerContext } from './context.ts'

/** Resolves once the line is written or has failed. Does nothing if the device does not exist. */
export async function tellDevice({ platform, warn }: BrokerContext, deviceId: string, line: string): Promise<void> {
  await logOnDevice(platform, deviceId, line).catch((err) =>
    warn({ err, deviceId }, "A line of a device's log was not written"),
  )
}
