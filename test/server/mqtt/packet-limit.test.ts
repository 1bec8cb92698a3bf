import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limitPackets } from '../../../server/mqtt/packet-limit.ts'

const limits = { first: 50, other: 200 }

/** What a reader gets of these bytes, sent in these pieces, and the size that was refused. */
async function pass(pieces: readonly Uint8Array[]) {
  const stream = new PassThrough()
  const refused: number[] = []
  limitPackets(stream, limits, (bytes) => refused.push(bytes))
  const read: Buffer[] = []
  for (const piece of pieces) {
    stream.write(piece)
    const chunk: unknown = stream.read()
    if (Buffer.isBuffer(chunk)) read.push(chunk)
  }
  return { refused, read: Buffer.concat(read) }
}

const packet = (bytes: number) => {
  const header = bytes < 128 ? [0x30, bytes] : [0x30, (bytes & 127) | 128, bytes >> 7]
  return Buffer.concat([Buffer.from(header), Buffer.alloc(bytes, 0xff)])
}

describe('the limit of a packet', () => {
  it('lets pass what is within it, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(200)),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        async (sizes, cuts) => {
          const bytes = Buffer.concat([packet(50), ...sizes.map(packet)])
          const pieces: Buffer[] = []
          for (let at = 0; at < bytes.length; ) {
            const cut = cuts.next().value ?? 1
            pieces.push(bytes.subarray(at, at + cut))
            at += cut
          }
          expect(await pass(pieces)).toEqual({ refused: [], read: bytes })
        },
      ),
    )
  })

  it.each([
    ['a first packet', [packet(51)], 51],
    ['a later one', [packet(50), packet(201)], 201],
    ['one of which only the header came', [packet(1), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])], 268_435_455],
    ['a length of more bytes than there may be', [Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01])], 268_435_455],
  ])('refuses %s, once', async (_name, pieces, bytes) => {
    const { refused } = await pass([...pieces, packet(1000), packet(1000)])
    expect(refused).toEqual([bytes])
  })
})
