import { afterEach, describe, expect, it } from 'vitest'
import { formatDate } from '../../../engine/templates/helpers/moment-format.ts'

const machineZone = process.env.TZ

afterEach(() => {
  if (machineZone === undefined) delete process.env.TZ
  else process.env.TZ = machineZone
})

describe('a date written in a zone', () => {
  it('is right where the clocks of the machine skip that hour', () => {
    process.env.TZ = 'America/New_York'
    expect(new Date(2026, 2, 8, 2, 30).getHours()).toBe(3)
    const date = new Date('2026-03-08T00:30:00Z')
    expect(formatDate(date, 'YYYY-MM-DD HH:mm Z', 'Africa/Cairo')).toBe('2026-03-08 02:30 +02:00')
    expect(formatDate(new Date('2026-03-08T02:30:00Z'), 'YYYY-MM-DD HH:mm Z', 'UTC')).toBe('2026-03-08 02:30 +00:00')
  })

  it.each([
    ['America/New_York', '-04:00 -0400 EDT Eastern Daylight Time 1782864000 1782864000000'],
    ['Asia/Kathmandu', '+05:45 +0545 GMT+5:45 Nepal Time 1782864000 1782864000000'],
    [undefined, '+00:00 +0000 UTC Coordinated Universal Time 1782864000 1782864000000'],
  ])('names the zone and the instant: %s', (name, expected) => {
    expect(formatDate(new Date('2026-07-01T00:00:00Z'), 'Z ZZ z zzz X x', name)).toBe(expected)
  })
})
