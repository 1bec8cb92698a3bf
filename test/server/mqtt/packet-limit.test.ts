import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LargePublish, limitPackets } from '../../../server/mqtt/packet-limit.ts'

const limits = { first: 50, other: 200 }

/** What a reader gets of these bytes, sent in these pieces, the sizes that were refused, and the messages that were read past. */
async function pass(pieces: readonly Uint8Array[]) {
  const stream = new PassThrough()
  const refused: number[] = []
  const skipped: LargePublish[] = []
  limitPackets(stream, limits, {
    refuse: (bytes) => refused.push(bytes),
    skipped: (publish) => skipped.push(publish),
  })
  const read: Buffer[] = []
  for (const piece of pieces) {
    stream.write(piece)
    const chunk: unknown = stream.read()
    if (Buffer.isBuffer(chunk)) read.push(chunk)
  }
  return { refused, skipped, read: Buffer.concat(read) }
}

const header = (type: number, bytes: number) =>
  Buffer.from(bytes < 128 ? [type, bytes] : [type, (bytes & 127) | 128, bytes >> 7])
const packet = (bytes: number) => Buffer.concat([header(0x30, bytes), Buffer.alloc(bytes, 0xff)])

/** A PUBLISH with the topic `a/b`. */
const publish = (bytes: number, qos: number, messageId = 258) =>
  Buffer.concat([
    header(0x30 | (qos << 1), bytes),
    Buffer.from([0, 3, ...Buffer.from('a/b'), messageId >> 8, messageId & 255]),
    Buffer.alloc(bytes - 7, 0xff),
  ])

function cut(bytes: Buffer, lengths: Iterator<number>): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = lengths.next().value ?? 1
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}

describe('the limit of a packet', () => {
  it('lets pass what is within it, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(200)),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        async (sizes, cuts) => {
          const bytes = Buffer.concat([packet(50), ...sizes.map(packet)])
          expect(await pass(cut(bytes, cuts))).toEqual({ refused: [], skipped: [], read: bytes })
        },
      ),
    )
  })

  it('reads past a PUBLISH of QoS 1 or 2 that is too large, however it is cut, and lets pass what is around it', async () => {
    const sizes = fc.array(fc.record({ bytes: fc.integer({ min: 7, max: 400 }), qos: fc.constantFrom(1, 2) }))
    await fc.assert(
      fc.asyncProperty(sizes, fc.infiniteStream(fc.integer({ min: 1, max: 90 })), async (sent, cuts) => {
        const all = [packet(50), ...sent.map(({ bytes, qos }) => publish(bytes, qos))]
        const { refused, skipped, read } = await pass(cut(Buffer.concat(all), cuts))
        expect(refused).toEqual([])
        expect(read).toEqual(Buffer.concat(all.filter(({ length }) => length <= 203)))
        const large = sent.filter(({ bytes }) => bytes > limits.other)
        expect(skipped).toEqual(large.map((one) => ({ ...one, topic: 'a/b', messageId: 258 })))
      }),
    )
  })

  it.each([
    ['a first packet', [packet(51)], 51],
    ['a later one', [packet(50), packet(201)], 201],
    ['one of which only the header came', [packet(1), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])], 268_435_455],
    ['a first packet that says it is a PUBLISH', [publish(300, 1)], 300],
    ['a PUBLISH of QoS 0', [packet(1), publish(300, 0)], 300],
    ['a PUBLISH of QoS 3', [packet(1), publish(300, 3)], 300],
    ['a PUBLISH without an ID', [packet(1), publish(300, 1, 0)], 300],
    ['a PUBLISH whose topic ends after it', [packet(1), header(0x32, 300), Buffer.alloc(300, 0xff)], 300],
    ['a SUBSCRIBE', [packet(1), header(0x82, 300), Buffer.alloc(300)], 300],
    ['a length of more bytes than there may be', [Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01])], 268_435_455],
  ])('refuses %s, once', async (_name, pieces, bytes) => {
    const { refused } = await pass([...pieces, packet(1000), packet(1000)])
    expect(refused).toEqual([bytes])
  })
})
