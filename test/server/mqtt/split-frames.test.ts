import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameSplitter } from '../../../server/mqtt/split-frames.ts'

const maxBytes = 300
const [continuation, text, binary, ping] = [0, 1, 2, 9] as const

interface Frame {
  readonly opcode: number
  readonly isFinal: boolean
  readonly payload: Buffer
}

/** A frame as a client sends it: masked. */
function encode({ opcode, isFinal, payload }: Frame, mask: Buffer): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode
  const { length } = payload
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(BigInt(length))
  const size = length < 126 ? [128 | length] : length < 65_536 ? [254, ...long.subarray(6)] : [255, ...long]
  return Buffer.concat([Buffer.from([first, ...size]), mask, masked(payload, mask)])
}

function decode(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, size = 0] = bytes.subarray(at)
    expect(size & 128).toBe(128)
    const short = size & 127
    const longBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    const start = at + 2 + longBytes + 4
    const length = longBytes === 0 ? short : Number(`0x${bytes.toString('hex', at + 2, at + 2 + longBytes)}`)
    const payload = masked(bytes.subarray(start, start + length), bytes.subarray(start - 4, start))
    expect(payload).toHaveLength(length)
    frames.push({ opcode: first & 15, isFinal: first >> 7 === 1, payload })
    at = start + length
  }
  return frames
}

function masked(payload: Buffer, mask: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)))
}

function split(bytes: Buffer, cuts: Iterator<number>): Buffer {
  const through = createFrameSplitter(maxBytes)
  const kept: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + (cuts.next().value ?? 1)
    kept.push(through(bytes.subarray(at, end)))
    at = end
  }
  return Buffer.concat(kept)
}

const payload = fc.uint8Array({ maxLength: 1000, size: 'max' }).map((bytes) => Buffer.from(bytes))
const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 400 }))
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes))
const small = fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes))

describe('what splits large frames', () => {
  it('gives the same bytes of MQTT in messages of their own, none too large, and leaves small frames and pings', async () => {
    // A message, in one frame or several, with pings between them.
    const message = fc.array(fc.record({ payload, ping: fc.option(small) }), { minLength: 1, maxLength: 4 })
    const property = fc.property(fc.array(message, { maxLength: 5 }), cuts, mask, (messages, lengths, key) => {
      const frames = messages.flatMap((parts) =>
        parts.flatMap((part, index): Frame[] => {
          const opcode = index === 0 ? binary : continuation
          const frame = { opcode, isFinal: index === parts.length - 1, payload: part.payload }
          return part.ping ? [{ opcode: ping, isFinal: true, payload: part.ping }, frame] : [frame]
        }),
      )
      const came = decode(split(Buffer.concat(frames.map((frame) => encode(frame, key))), lengths))
      const bytes = (all: readonly Frame[], isPing: boolean) =>
        Buffer.concat(all.filter(({ opcode }) => (opcode === ping) === isPing).map((frame) => frame.payload))
      expect(bytes(came, false)).toEqual(bytes(frames, false))
      expect(bytes(came, true)).toEqual(bytes(frames, true))
      expect(came.every(({ isFinal }) => isFinal)).toBe(true)
      expect(came.filter(({ opcode }) => opcode !== ping && opcode !== binary)).toEqual([])
      expect(Math.max(0, ...came.map((frame) => frame.payload.length))).toBeLessThanOrEqual(400)
    })
    fc.assert(property)
  })

  const key = Buffer.from([1, 2, 3, 4])
  const whole = (frame: Frame) => encode(frame, key)
  const large = Buffer.alloc(maxBytes + 1, 'x')
  it.each<[string, Buffer]>([
    ['frames that are not too large', whole({ opcode: binary, isFinal: true, payload: large.subarray(1) })],
    ['large text, which ws refuses', whole({ opcode: text, isFinal: true, payload: large })],
    [
      'text in several frames',
      Buffer.concat([
        whole({ opcode: text, isFinal: false, payload: large }),
        whole({ opcode: continuation, isFinal: true, payload: large }),
      ]),
    ],
    ['a continuation of nothing', whole({ opcode: continuation, isFinal: true, payload: large })],
    ['a frame without a mask', Buffer.concat([Buffer.from([0x82, 126, 1, 45]), large])],
    ['a frame with a reserved bit', Buffer.concat([Buffer.from([0xc2, 254, 1, 45]), key, large])],
    ['a frame that is longer than any', Buffer.from([0x82, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6])],
    ['what is no frame at all', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('lets pass %s as it came', (_, bytes) => {
    for (const length of [1, 7, 1000]) expect(split(bytes, always(length))).toEqual(bytes)
  })
})

function* always(length: number): Generator<number> {
  for (;;) yield length
}
