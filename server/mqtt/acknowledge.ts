/** Acknowledges a message instead of Aedes, which makes three writes and waits a turn of the event loop: a tenth of the cost of a state. */
import type { Client, PublishPacket } from 'aedes'

/** The first byte of a PUBACK (MQTT 3.4). The number of bytes that follow and the message's ID in two bytes complete it. */
const puback = 0x40
/** The first byte of a PUBREC (3.5). The device answers with PUBREL, which Aedes completes even if it does not know the message. */
const pubrec = 0x50

export function acknowledge({ connected, conn }: Client, { qos, messageId = 0 }: PublishPacket): void {
  if (!connected || conn.writableEnded) return
  if (conn.writableCorked === 0) {
    // One commit acknowledges many messages; they go out in one write.
    conn.cork()
    process.nextTick(() => conn.uncork())
  }
  conn.write(Buffer.from([qos === 2 ? pubrec : puback, 2, messageId >> 8, messageId & 0xff]))
}

type Done = (error?: Error | null) => void

/** A method that Aedes' types leave out. */
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
