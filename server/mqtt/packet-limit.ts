/**
 * Keeps packets that are too large from Aedes' parser, which would gather up to 256 MB of one. A PUBLISH of QoS 1 or 2 is
 * read past and reported, since a device that got no acknowledgement would send it again on each new connection; any other
 * packet ends the connection before it is received. Follows the fixed headers of MQTT (2.2).
 */
import type { Duplex } from 'node:stream'

export interface PacketLimits {
  /** Bytes of the first packet: its sender is not known yet. */
  readonly first: number
  /** Bytes of every other packet. */
  readonly other: number
}

/** A PUBLISH that was read past. */
export interface LargePublish {
  readonly topic: string
  readonly qos: 1 | 2
  readonly messageId: number
  /** The size of the packet without its fixed header. */
  readonly bytes: number
}

export interface LargePackets {
  /** Ends the connection. The filter lets nothing more through. */
  refuse(bytes: number): void
  /** Called once the whole packet has arrived; the filter let none of it through. */
  skipped(publish: LargePublish): void
}

/** Call it before anything reads from `connection`. */
export function limitPackets(connection: Duplex, limits: PacketLimits, large: LargePackets): void {
  const filter = createPacketFilter(limits, large)
  const read = connection.read.bind(connection)
  // Replacing `read` saves a stream in between, which would cost each idle connection about 5 KB.
  connection.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    return chunk instanceof Uint8Array ? filter(chunk) : chunk
  }
}

/** The packet that is being read past. */
interface Skipping {
  readonly qos: 1 | 2
  readonly bytes: number
  /** Its first bytes, at most `headBytes`. */
  readonly head: Uint8Array[]
}

/** How many bytes of a PUBLISH are needed to read its topic and ID: the topic's length, the longest topic, the ID. */
const headBytes = 2 + 65_535 + 2

/** Returns a function that takes received chunks and returns what the parser may see of each. */
function createPacketFilter(limits: PacketLimits, large: LargePackets) {
  let isFirst = true
  let isRefused = false
  /** How many bytes of the packet's body have not arrived yet. */
  let bytesLeft = 0
  /** The part of the fixed header that has arrived: the packet's type and up to 4 bytes of its length. */
  const header = Buffer.alloc(5)
  let headerBytes = 0
  let length = 0
  let skipping: Skipping | undefined

  const refuse = (bytes: number) => {
    isRefused = true
    large.refuse(bytes)
  }
  const finishSkipping = ({ head, qos, bytes }: Skipping) => {
    skipping = undefined
    const publish = readHead(Buffer.concat(head))
    if (publish) large.skipped({ ...publish, qos, bytes })
    else refuse(bytes)
  }

  return (chunk: Uint8Array): Uint8Array | null => {
    const kept: Uint8Array[] = []
    /** The start of the part of `chunk` that is let through and is not in `kept` yet. */
    let from = 0
    let at = 0
    while (at < chunk.length && !isRefused) {
      if (bytesLeft > 0) {
        const end = Math.min(at + bytesLeft, chunk.length)
        bytesLeft -= end - at
        if (skipping) {
          keepHead(skipping.head, chunk.subarray(at, end))
          from = end
          if (bytesLeft === 0) finishSkipping(skipping)
        }
        at = end
        continue
      }
      const byte = chunk[at++] ?? 0
      header[headerBytes++] = byte
      if (headerBytes === 1) continue
      // Each byte holds seven bits of the length, the lowest first, [MQTT-2.2.3].
      length += (byte & 127) * 128 ** (headerBytes - 2)
      if (byte & 128 && headerBytes < 5) continue

      const heldBytes = Math.max(0, headerBytes - at)
      if (length > (isFirst ? limits.first : limits.other)) {
        const qos = isFirst ? undefined : qosOfPublish(header[0] ?? 0)
        if (qos === undefined) refuse(length)
        else {
          kept.push(chunk.subarray(from, Math.max(from, at - headerBytes)))
          skipping = { qos, bytes: length, head: [] }
          from = at
        }
      } else if (heldBytes > 0) kept.push(Buffer.from(header.subarray(0, heldBytes)))
      bytesLeft = length
      isFirst = false
      headerBytes = 0
      length = 0
    }
    if (isRefused) return null
    // An incomplete header is held back: the rest of it decides whether it is let through.
    const end = Math.max(from, at - headerBytes)
    if (kept.length === 0 && from < end) return from === 0 && end === chunk.length ? chunk : chunk.subarray(from, end)
    const through = Buffer.concat([...kept, chunk.subarray(from, end)])
    return through.length === 0 ? null : through
  }
}

/** `undefined` for other packets, for QoS 0, and if both bits of the QoS are set, [MQTT-3.3.1-4]. */
function qosOfPublish(byte: number): 1 | 2 | undefined {
  const qos = (byte >> 1) & 3
  return byte >> 4 === 3 && (qos === 1 || qos === 2) ? qos : undefined
}

function keepHead(head: Uint8Array[], bytes: Uint8Array): void {
  const missing = headBytes - head.reduce((sum, { length }) => sum + length, 0)
  // Copied, since a subarray would keep the whole chunk in memory.
  if (missing > 0) head.push(Buffer.from(bytes.subarray(0, missing)))
}

/** `undefined` if it is not the beginning of a valid PUBLISH. */
function readHead(head: Buffer): Pick<LargePublish, 'topic' | 'messageId'> | undefined {
  if (head.length < 2) return undefined
  const end = 2 + head.readUInt16BE(0)
  if (head.length < end + 2) return undefined
  const messageId = head.readUInt16BE(end)
  return messageId === 0 ? undefined : { topic: head.toString('utf8', 2, end), messageId }
}
