/** The packets of MQTT 3.1.1 that a device needs to publish with QoS 1. */

/** CONNECT: a clean session, without keep-alive. */
export function connectPacket(clientId: string, user: string, password: string): Buffer {
  const flags = Buffer.from([4, 0b1100_0010, 0, 0])
  return packet(0x10, [text('MQTT'), flags, text(clientId), text(user), text(password)])
}

/** PUBLISH with QoS 1; `id` from 1 to 65,535. */
export function publishPacket(topic: Buffer, id: number, payload: string): Buffer {
  return packet(0x32, [topic, Buffer.from([id >> 8, id & 255]), Buffer.from(payload)])
}

/** Text after its length, which is how MQTT writes topics. */
export function text(value: string): Buffer {
  const length = Buffer.byteLength(value)
  return Buffer.concat([Buffer.from([length >> 8, length & 255]), Buffer.from(value)])
}

function packet(type: number, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  // Two digits of seven bits are enough for the 16,383 bytes that packets here may have.
  const digits = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return Buffer.concat([Buffer.from([type, ...digits]), ...parts])
}

const connack = 0x20
const puback = 0x40

/** Reads a broker's answers: calls back for each CONNACK with its return code, and for each PUBACK with its ID. Throws for any other packet. */
export function createReader(onConnected: (code: number) => void, onAcknowledged: (id: number) => void) {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk: Buffer): void => {
    // Both packets are four bytes long.
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (; at + 4 <= bytes.length; at += 4) {
      const [type, last] = [bytes[at], bytes[at + 3] ?? 0]
      if (type === puback) onAcknowledged(((bytes[at + 2] ?? 0) << 8) | last)
      else if (type === connack) onConnected(last)
      else throw new Error(`The broker sent a packet of type ${type}.`)
    }
    rest = bytes.subarray(at)
  }
}
