/**
 * Splits large WebSocket messages before `ws` reads them. `ws` keeps a message until all of it has come, so it needs a limit, and ends the
 * connection past it; but a device that got no acknowledgement for a message sends it again on each new connection. MQTT does not
 * care how its packets are cut into messages, [MQTT-6.0.0-2], and `packet-limit.ts` reads past those that are too large. Follows RFC 6455, 5.2.
 */
import type { Duplex } from 'node:stream'

/** Call it before `ws` reads from the socket. Returns a function for what has come already. */
export function splitFrames(socket: Duplex, maxBytes: number): (head: Buffer) => Buffer {
  const split = createFrameSplitter(maxBytes)
  const push = socket.push.bind(socket)
  // Node pushes what it reads. A stream in between would cost each idle connection about 5 KB.
  socket.push = (chunk: unknown, encoding?: BufferEncoding) =>
    push(Buffer.isBuffer(chunk) ? split(chunk) : chunk, encoding)
  return split
}

/** The opcodes from `close` on are those of control frames. */
const opcodes = { continuation: 0, binary: 2, close: 8 } as const

/** The frame that is being split. */
interface Splitting {
  readonly mask: Buffer
  /** How many bytes of its payload have come. */
  at: number
}

/**
 * Returns a function that takes chunks of what a client sends, and returns them with other frames where a binary message has several frames, or one
 * of more than `maxBytes`: each piece of it that comes is then a message of its own. All else stays as it is, faults included.
 */
export function createFrameSplitter(maxBytes: number): (chunk: Buffer) => Buffer {
  /** The part of a frame's header that has come, of at most 14 bytes. */
  let header = Buffer.alloc(0)
  /** How many bytes of the frame's payload have not come yet. */
  let bytesLeft = 0
  let splitting: Splitting | undefined
  /** Whether the message that is continued is split. */
  let isContinued = false

  /** Whether the frame is to be split, once its header is complete. */
  const begin = ({ first, isMasked, length }: Header): boolean => {
    const isFinal = first >= 0x80
    const isBinary = (first & 0x7f) === opcodes.binary
    const continues = (first & 0x7f) === opcodes.continuation && isContinued
    if (!isMasked || !(isBinary || continues) || length > Number.MAX_SAFE_INTEGER) {
      // Frames such as pings may come within a message.
      if ((first & 0x0f) < opcodes.close) isContinued = false
      return false
    }
    isContinued = !isFinal
    return continues || !isFinal || length > maxBytes
  }

  return (chunk) => {
    const kept: Uint8Array[] = []
    let isChanged = header.length > 0 || (splitting !== undefined && bytesLeft > 0)
    let at = 0
    while (at < chunk.length) {
      if (bytesLeft > 0) {
        const piece = chunk.subarray(at, at + bytesLeft)
        if (splitting) {
          kept.push(headerOf(piece.length, splitting), piece)
          splitting.at += piece.length
        } else kept.push(piece)
        bytesLeft -= piece.length
        at += piece.length
        continue
      }
      const before = header.length
      const rest = chunk.subarray(at, at + maxHeaderBytes - before)
      const begun = before === 0 ? rest : Buffer.concat([header, rest])
      const read = readHeader(begun)
      if (!read) {
        header = Buffer.from(begun)
        break
      }
      at += read.bytes - before
      const complete = begun.subarray(0, read.bytes)
      splitting = begin(read) ? { mask: Buffer.from(complete.subarray(-4)), at: 0 } : undefined
      if (splitting) isChanged = true
      else kept.push(complete)
      header = Buffer.alloc(0)
      bytesLeft = read.length
    }
    return isChanged || header.length > 0 ? Buffer.concat(kept) : chunk
  }
}

const maxHeaderBytes = 14

interface Header {
  /** Its first byte: whether the frame is the last of its message, and the opcode. */
  readonly first: number
  readonly isMasked: boolean
  /** Of the payload. */
  readonly length: number
  /** Of the header itself. */
  readonly bytes: number
}

/** `undefined` as long as it is not complete. */
function readHeader(header: Buffer): Header | undefined {
  const [first, second] = header
  if (first === undefined || second === undefined) return undefined
  const isMasked = second >= 0x80
  const short = second & 0x7f
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const bytes = 2 + lengthBytes + (isMasked ? 4 : 0)
  if (header.length < bytes) return undefined
  const length = lengthBytes === 2 ? header.readUInt16BE(2) : lengthBytes === 8 ? header.readBigUInt64BE(2) : short
  return { first, isMasked, length: Number(length), bytes }
}

/** The header of a binary message whose payload is the next piece of the frame. */
function headerOf(length: number, { mask, at }: Splitting): Buffer {
  const header = Buffer.alloc(maxHeaderBytes)
  header[0] = 0x80 | opcodes.binary
  header[1] = 0x80 | 127
  header.writeBigUInt64BE(BigInt(length), 2)
  for (let index = 0; index < 4; index++) header[10 + index] = mask[(at + index) % 4] ?? 0
  return header
}
