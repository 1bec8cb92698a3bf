import { expect, it } from 'vitest'
import { createRandom } from '../../../server/compose/random.ts'

it.each([[0], [1], [32], [4096], [4097], [100_000]])('gives %i bytes when asked for as many', (length) => {
  const random = createRandom()
  expect(random.bytes(length)).toHaveLength(length)
  expect(random.bytes(length)).toHaveLength(length)
})

it('gives no secret twice, also past what it draws at once, and leaves alone what it gave', () => {
  const random = createRandom()
  const given = Array.from({ length: 1000 }, () => random.bytes(16))
  const texts = given.map((bytes) => Buffer.from(bytes).toString('hex'))
  expect(new Set(texts).size).toBe(1000)
  random.bytes(4096)
  expect(given.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(texts)
})

it('gives every value a byte can have about as often as any other', () => {
  const random = createRandom()
  const counts = new Array<number>(256).fill(0)
  for (let draw = 0; draw < 4096; draw++) for (const byte of random.bytes(32)) counts[byte] = (counts[byte] ?? 0) + 1
  // 512 of each; further than eight standard deviations from it about once in 10^13 runs.
  expect(Math.min(...counts)).toBeGreaterThan(512 - 8 * Math.sqrt(512))
  expect(Math.max(...counts)).toBeLessThan(512 + 8 * Math.sqrt(512))
})
