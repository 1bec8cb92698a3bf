/** What a snapshot holds is charged before it is kept. */
import { describe, expect, test } from 'vitest'
import { type Change, nextSnapshot, takeSnapshot } from '../../../server/recorder/snapshot.ts'

const bytes = 100_000
const budget = () => ({ bytes, comparisons: 100_000, isCut: false })

describe('A snapshot', () => {
  const longKey = 'k'.repeat(40_000)

  test.each<[string, unknown]>([
    ['a long key', { ['k'.repeat(5_000_000)]: 1 }],
    ['many long keys', Object.fromEntries(Array.from({ length: 50 }, (_, nth) => [`${nth}${longKey}`, nth]))],
    ['many nulls', Array.from({ length: 1_000_000 }, () => null)],
    ['many empty texts', Array.from({ length: 1_000_000 }, () => '')],
  ])('stays within its bytes, and says that it was cut: %s', (_, value) => {
    const charged = budget()
    const kept = JSON.stringify(takeSnapshot(value, charged))
    expect(kept.length).toBeLessThan(bytes * 2)
    expect(kept.length).toBeGreaterThan(bytes / 4)
    expect(charged.isCut).toBe(true)
  })

  test('keeps the beginning of a long key, and takes it for the same one later', () => {
    const charged = budget()
    const before = takeSnapshot({ [longKey]: 1, other: 1 }, charged)
    expect(before).toEqual({ [`${longKey.slice(0, 32 * 1024)}… [cut: 40000 characters]`]: 1, other: 1 })
    const changes: Change[] = []
    expect(nextSnapshot(before, { [longKey]: 1 }, charged, changes)).not.toHaveProperty('other')
    expect(changes).toEqual([{ path: ['other'] }])
  })

  test('charges the path of each change', () => {
    const key = 'k'.repeat(10_000)
    const charged = budget()
    const items = (value: number) => ({ [key]: Array.from({ length: 1000 }, () => value) })
    const changes: Change[] = []
    const before = takeSnapshot(items(0), charged)
    nextSnapshot(nextSnapshot(before, items(1), charged, changes), { [key]: [] }, charged, changes)
    expect(JSON.stringify(changes).length).toBeLessThan(bytes * 2)
    expect(charged.isCut).toBe(true)
  })
})
