import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { indexOfText, splitAtText } from '../../../engine/values/find-text.ts'
import { cpuMsOf } from '../../cpu-time.ts'

/** Of few characters, so that one is often found in another, and some longer than what V8 searches itself. */
const texts = fc
  .tuple(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }), fc.integer({ min: 1, max: 400 }))
  .map(([text, times]) => text.repeat(times))

describe('A text', () => {
  test('is found where JavaScript finds it', () => {
    fc.assert(
      fc.property(texts, texts, texts, fc.integer({ min: -5, max: 2_500 }), (before, search, after, from) => {
        const text = before + search + after + search
        for (const one of [search, `${search}b`, after]) {
          expect(indexOfText(text, one, from)).toBe(text.indexOf(one, from))
          expect(splitAtText(text, one)).toEqual(text.split(one))
        }
      }),
    )
  })

  test.each([
    ['begins', (length: number) => `x${'-'.repeat(length)}`],
    ['ends', (length: number) => `${'-'.repeat(length)}x`],
    ['goes on in its middle', (length: number) => `${'-'.repeat(length)}x${'-'.repeat(length / 2)}`],
  ])('that %s unlike what it is searched for in is searched for in linear time', async (_what, searchOf) => {
    const text = '-'.repeat(800_000)
    const ms = await cpuMsOf(() => {
      expect(indexOfText(text, searchOf(20_000))).toBe(-1)
      expect(splitAtText(text, searchOf(20_000))).toEqual([text])
    })
    // V8's own search takes 14 s for the last.
    expect(ms).toBeLessThan(2_000)
  })
})
