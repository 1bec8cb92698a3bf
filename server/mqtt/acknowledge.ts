/** Acknowledges a publication of QoS 1 in place of Aedes, whose three writes and turn of the event loop took a tenth of a state's time. */
import type { Client, PublishPacket } from 'aedes'

/** [MQTT-3.4]: the packet's type, how many bytes follow, and the message's ID in two bytes. */
const PUBACK = 0x40

export function acknowledge({ connected, conn }: Client, { messageId = 0 }: PublishPacket): void {
  if (!connected || conn.writableEnded) return
  if (conn.writableCorked === 0) {
    // What a commit acknowledges goes out in one piece.
    conn.cork()
    process.nextTick(() => conn.uncork())
  }
  conn.write(Buffer.from([PUBACK, 2, messageId >> 8, messageId & 0xff]))
}

type Done = (error?: Error | null) => void

/** Of which Aedes' types say nothing. */
interface WaitsForDrain {
  /** Calls `done` with an error, and ends the connection, where that takes longer than `drainTimeout`. */
  waitForDrain(done: Done): void
}

/**
 * Calls `done` once the device has taken what was written for it: until then nothing more is read from it. Aedes waits so for
 * whatever it writes but acknowledgements, of which a device that never reads could heap up any number.
 */
export function whenTaken(client: Client, done: Done): void {
  if (client.conn.writableNeedDrain) (client as Client & WaitsForDrain).waitForDrain(done)
  else done()
}
