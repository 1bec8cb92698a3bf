/** Acknowledges a message in place of Aedes, whose three writes and turn of the event loop took a tenth of the time of a state. */
import type { Client, PublishPacket } from 'aedes'

/** [MQTT-3.4, 3.5]: the packet's type comes first, then how many bytes follow, and the message's ID in two bytes. */
const puback = 0x40
/** Aedes answers the PUBREL that follows it, whether or not it knows the message. */
const pubrec = 0x50

export function acknowledge({ connected, conn }: Client, { qos, messageId = 0 }: PublishPacket): void {
  if (!connected || conn.writableEnded) return
  if (conn.writableCorked === 0) {
    // What a commit acknowledges goes out in one piece.
    conn.cork()
    process.nextTick(() => conn.uncork())
  }
  conn.write(Buffer.from([qos === 2 ? pubrec : puback, 2, messageId >> 8, messageId & 0xff]))
}

type Done = (error?: Error | null) => void

/** What Aedes' types leave out. */
interface WaitsForDrain {
  /** Calls `done` with an error and ends the connection if the device takes longer than `drainTimeout` to read. */
  waitForDrain(done: Done): void
}

/**
 * Calls `done` once the device has read what was written for it; until then nothing more is read from the device. Aedes waits
 * like this after its own writes. Without it, acknowledgements would pile up for a device that never reads.
 */
export function whenTaken(client: Client, done: Done): void {
  if (client.conn.writableNeedDrain) (client as Client & WaitsForDrain).waitForDrain(done)
  else done()
}
