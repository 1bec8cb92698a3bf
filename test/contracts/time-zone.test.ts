import { describe, expect, it } from 'vitest'
import { instantOf, type TimeZone, zoneNamed } from '../../contracts/time-zone.ts'

const hourMs = 3_600_000

function zone(name: string): TimeZone {
  const found = zoneNamed(name)
  if (!found) throw new Error(`There is no ${name}.`)
  return found
}

const instant = (name: string, wall: string, preferredOffsetMs?: number) =>
  new Date(instantOf(zone(name), Date.parse(wall), preferredOffsetMs)).toISOString()

describe('a time zone', () => {
  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', 1],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 2],
    ['America/St_Johns', '2026-01-01T00:00:00Z', -3.5],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5.75],
    ['Pacific/Kiritimati', '2026-01-01T00:00:00Z', 14],
  ])('is, as %s at %s, so many hours ahead of UTC: %d', (name, at, hours) => {
    expect(zone(name).offsetAt(Date.parse(at))).toBe(hours * hourMs)
  })

  it.each(['', 'Mars/Base', 'Europe', '../etc/passwd', 'x'.repeat(100)])('is none: %j', (name) => {
    expect(zoneNamed(name)).toBeUndefined()
  })

  it('tells nothing of what is beyond a date', () => {
    expect(zone('Europe/Berlin').offsetAt(9e15)).toBeNaN()
    expect(zone('Europe/Berlin').offsetAt(Number.NaN)).toBeNaN()
  })
})

describe('the instant at which clocks show a time', () => {
  it.each([
    ['a plain one', 'Europe/Berlin', '2026-07-01T12:00Z', '2026-07-01T10:00:00.000Z'],
    ['one that is skipped, by the clocks before', 'Europe/Berlin', '2026-03-29T02:30Z', '2026-03-29T01:30:00.000Z'],
    ['the first of two', 'Europe/Berlin', '2026-10-25T02:30Z', '2026-10-25T00:30:00.000Z'],
    ['a midnight that is skipped', 'Asia/Beirut', '2026-03-29T00:00Z', '2026-03-28T22:00:00.000Z'],
    ['a midnight that comes twice', 'America/Havana', '2026-11-01T00:00Z', '2026-11-01T04:00:00.000Z'],
    ['a day that is left out', 'Pacific/Apia', '2011-12-30T12:00Z', '2011-12-30T22:00:00.000Z'],
  ])('is, of %s in %s, %s: %s', (_, name, wall, expected) => {
    expect(instant(name, wall)).toBe(expected)
  })

  it('is the second of two where that is preferred, and no other where that cannot be', () => {
    expect(instant('Europe/Berlin', '2026-10-25T02:30Z', hourMs)).toBe('2026-10-25T01:30:00.000Z')
    expect(instant('Europe/Berlin', '2026-07-01T12:00Z', hourMs)).toBe('2026-07-01T10:00:00.000Z')
  })
})
