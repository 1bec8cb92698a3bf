/** Decides whether a message is delivered to a device. A device that has stopped reading is disconnected instead. */
import type { AedesPublishPacket, Client } from 'aedes'
import type { BrokerContext } from './context.ts'
import { endSession } from './session.ts'

export function createForward({ sessions, limits, warn }: BrokerContext) {
  return (client: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    const session = sessions.of(client)
    if (!session || client.closed) return null
    const unread = client.conn.writableLength
    if (unread > limits.unreadBytes) {
      const reason = `It does not read: ${unread} bytes wait for it.`
      warn({ deviceId: session.deviceId, reason, ...session.origin }, 'A device was disconnected')
      endSession(session, reason)
      return null
    }
    session.messagesToClient++
    return packet
  }
}
