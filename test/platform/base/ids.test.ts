import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createIds } from '../../../platform/base/ids.ts'

const random = { bytes: (length: number) => new Uint8Array(length).fill(0xab) }

describe('createIds', () => {
  it('makes 24 hexadecimal digits that begin with the seconds since 1970, as an ObjectId does', () => {
    const id = createIds({ now: () => 0x65_00_00_01 * 1000 + 7 }, random)()
    expect(id).toBe('65000001007000ababababab')
  })

  it('grows within a process, whatever its clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 * 1000 - 10_000 }), { minLength: 2 }), (times) => {
        let index = 0
        const next = createIds({ now: () => times[index++] ?? 0 }, random)
        const ids = times.map(next)
        expect(ids).toEqual([...new Set(ids)].sort())
      }),
    )
  })

  it('makes more than a thousand different ones while the clock stands still', () => {
    const next = createIds({ now: () => 1_700_000_000_999 }, random)
    const ids = Array.from({ length: 10_000 }, next)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true)
  })

  it('differs between processes at the same time', () => {
    const clock = { now: () => 1_700_000_000_000 }
    const other = { bytes: (length: number) => new Uint8Array(length).fill(0xcd) }
    expect(createIds(clock, random)()).not.toBe(createIds(clock, other)())
  })
})
