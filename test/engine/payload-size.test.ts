/** How large a payload is, and that no run grows one without end. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { payloadSize } from '../../engine/run/payload-size.ts'
import { compile, start } from './fixtures.ts'

const sizeOf = (value: unknown) => payloadSize(value, Number.POSITIVE_INFINITY)

describe('the size of a payload', () => {
  it('is at least a quarter of the JSON of any value whose texts need no escapes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '漢', '😀') })
    const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.date())
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(leaf, fc.array(tie('value')), fc.dictionary(text, tie('value'))),
    }))
    fc.assert(
      fc.property(value, (some) => {
        expect(Buffer.byteLength(JSON.stringify(some)) / sizeOf(some)).toBeLessThanOrEqual(4)
      }),
    )
  })

  it('is at least a sixth of the JSON of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (some) => {
        expect(JSON.stringify(some).length / sizeOf(some)).toBeLessThanOrEqual(6)
      }),
    )
    expect(sizeOf('\u0001'.repeat(1000))).toBeGreaterThanOrEqual(1000)
  })

  it('is not much more than the JSON either', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (some) => {
        expect(sizeOf(some)).toBeLessThanOrEqual(8 * JSON.stringify(some).length)
      }),
    )
  })

  it.each([
    ['bytes', new Uint8Array(5_000_000), 5_000_000],
    ['a buffer', Buffer.alloc(5_000_000), 5_000_000],
    ['a list of undefined', new Array(1000).fill(undefined), 1000],
    ['a map of undefined', { a: undefined, b: undefined }, 2],
    ['a date', new Date(0), 8],
    ['no date', new Date(Number.NaN), 8],
    ['a large integer', 10n ** 20n, 8],
  ])('is told of %s', (_what, value, least) => {
    expect(sizeOf(value)).toBeGreaterThanOrEqual(least)
    expect(sizeOf(value)).toBeLessThanOrEqual(least * 10 + 20)
  })

  it('is told of what is nested deeper than a stack reaches', () => {
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { a: deep }
    expect(sizeOf(deep)).toBeGreaterThan(400_000)
  })

  it('is past the limit where a value holds itself, or the same so often that its JSON would be', () => {
    const self: unknown[] = []
    self.push(self)
    expect(payloadSize(self, 10_000)).toBeGreaterThan(10_000)
    let shared: unknown = 'a'
    for (let level = 0; level < 60; level++) shared = { a: shared, b: shared }
    expect(payloadSize(shared, 10_000)).toBeGreaterThan(10_000)
  })

  it('is not counted past the limit, however long a list is', () => {
    let reads = 0
    const item = () => {
      reads++
      return 'a'
    }
    const list = Object.assign(new Array(100_000), { [Symbol.iterator]: () => ({ next: () => ({ value: item() }) }) })
    expect(payloadSize(list, 150_000)).toBeGreaterThan(150_000)
    expect(reads).toBeLessThan(20_000)
  })
})

describe('a run whose nodes wait for nothing', () => {
  const limits = { maxPayloadBytes: 1_000_000 }
  const tooLarge = /beyond 1000000 bytes/
  const doubled = (path: string) => `{ type: set, path: ${path}, to: "<< ${path} >><< ${path} >>" }`
  const body = 'x'.repeat(1000)

  it.each([
    ['one after another', `- ${doubled('data.body')}\n`.repeat(200)],
    ['in a loop', `- { type: loop, over: 200, item: working.i, do: [ ${doubled('data.body')} ] }`],
    [
      'in a loop within a loop',
      `- { type: loop, over: 2, item: working.i, do: [ { type: loop, over: 100, item: working.k, do: [ ${doubled('data.body')} ] } ] }`,
    ],
  ])('ends where they double a text %s', async (_how, nodes) => {
    const names: string[] = []
    const run = start(
      compile({ 'f.yaml': `name: F\non: { endpoint: POST /x }\nnodes:\n${nodes}\n- type: reply` }, limits),
      {
        body,
      },
    )
    await expect(run.reply).rejects.toThrow(tooLarge)
    names.push(...run.names())
    // A thousand bytes have become a million after ten.
    expect(names.length).toBeLessThan(30)
  })

  it('ends where they put a list into itself', async () => {
    const grow = '- { type: set, path: working.l, to: [ << working.l >>, << working.l >>, << data.body >> ] }\n'
    const flow = `name: F\non: { endpoint: POST /x }\nnodes:\n- { type: set, path: working.l, to: 1 }\n${grow.repeat(200)}- type: reply`
    const run = start(compile({ 'f.yaml': flow }, limits), { body })
    await expect(run.reply).rejects.toThrow(tooLarge)
    expect(run.names().length).toBeLessThan(30)
  })

  it('goes on where they set the same again and again', async () => {
    const flow = `name: F\non: { endpoint: POST /x }\nnodes:\n- { type: loop, over: 500, item: working.i, do: [ { type: set, path: working.x, to: << data.body >> } ] }\n- type: reply`
    const run = start(compile({ 'f.yaml': flow }, limits), { body: 'x'.repeat(300_000) })
    expect((await run.reply).status).toBe(200)
  })
})
