import { describe, expect, it } from 'vitest'
import { readTimeText } from '../../../platform/base/time-text.ts'

const noon = Date.UTC(2026, 10, 30, 12)

describe('a time in text', () => {
  it.each([
    ['2026-11-30T12:00:00.000Z', noon],
    ['2026-11-30T12:00Z', noon],
    ['2026-11-30t12:00:00z', noon],
    ['2026-11-30 12:00', noon],
    ['2026-11-30T13:00:00+01:00', noon],
    ['2026-11-30T13:00:00+0100', noon],
    ['2026-11-30T13:00:00+01', noon],
    ['2026-11-30T12:00:00,5Z', noon + 500],
    ['2026-11-30', noon - 12 * 3_600_000],
    [' 11/30/2026 12:00 ', noon],
    ['11/30/2026 12:00:00 PM', noon],
    ['Mon, 30 Nov 2026 12:00:00 GMT', noon],
    ['Mon Nov 30 2026 13:00:00 GMT+0100 (Central European Standard Time)', noon],
    ['Nov 30 2026 12:00', noon],
  ])('is read without the zone of the process: %s', (text, time) => {
    const zone = process.env.TZ
    try {
      for (const tz of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
        process.env.TZ = tz
        expect([tz, readTimeText(text)]).toEqual([tz, time])
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  it.each([
    'yesterday',
    '',
    'pot 5',
    '2026-13-45',
    '2026-02-30',
    '2026-11-30T25:00Z',
    '13/45/2026',
    '5',
    'x'.repeat(1000),
  ])('that is none is told: %s', (text) => expect(readTimeText(text)).toBeUndefined())
})
