/**
 * Ends a connection that announces a packet which is too large, before it is received: Aedes' parser would gather up to
 * 256 MB of it. Counts through the fixed headers of MQTT (2.2) and looks at nothing else.
 */
import type { Duplex } from 'node:stream'

export interface PacketLimits {
  /** Bytes of the first packet: its sender is not known yet. */
  readonly first: number
  /** Bytes of every other. */
  readonly other: number
}

/** To be called before anybody reads from `connection`. */
export function limitPackets(connection: Duplex, limits: PacketLimits, onTooLarge: (bytes: number) => void): void {
  const isWithin = createPacketCounter(limits, onTooLarge)
  const read = connection.read.bind(connection)
  // In the reader's way and no stream of its own: that would cost every idle connection some 5 KB.
  connection.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    return !(chunk instanceof Uint8Array) || isWithin(chunk) ? chunk : null
  }
}

/** Takes what was received, piece by piece; false from the first packet on that is too large. */
function createPacketCounter(limits: PacketLimits, onTooLarge: (bytes: number) => void) {
  let limit = limits.first
  let isRefused = false
  /** Of the packet's body, what has yet to come. */
  let bytesLeft = 0
  /** Bytes of the fixed header that were seen: 0 before the packet's type, then up to 4 of its length. */
  let headerBytes = 0
  let length = 0
  return (chunk: Uint8Array): boolean => {
    for (let at = 0; at < chunk.length && !isRefused; ) {
      if (bytesLeft > 0) {
        const skipped = Math.min(bytesLeft, chunk.length - at)
        bytesLeft -= skipped
        at += skipped
        continue
      }
      const byte = chunk[at++] ?? 0
      if (headerBytes++ === 0) continue
      // Seven bits of the length a byte, the lowest first, [MQTT-2.2.3].
      length += (byte & 127) * 128 ** (headerBytes - 2)
      if (byte & 128 && headerBytes < 5) continue
      if (length > limit) {
        isRefused = true
        onTooLarge(length)
      }
      bytesLeft = length
      limit = limits.other
      headerBytes = 0
      length = 0
    }
    return !isRefused
  }
}
