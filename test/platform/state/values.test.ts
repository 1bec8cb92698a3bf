import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertValue, fromStored } from '../../../platform/state/convert-value.ts'
import { readPosition } from '../../../platform/state/gps.ts'
import { readMoment, readTime, whyNotTaken } from '../../../platform/state/times.ts'

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

describe('a time', () => {
  const times: [string, unknown, number | undefined][] = [
    ['ISO text', '2026-01-01T00:00:00.5Z', Date.UTC(2026, 0, 1, 0, 0, 0, 500)],
    ['ISO text with a zone', '2026-01-01T02:00:00+02:00', Date.UTC(2026, 0, 1)],
    ['ISO text without a zone, which is UTC', '2026-01-01T00:00:00', Date.UTC(2026, 0, 1)],
    ['a date alone', '2026-01-01', Date.UTC(2026, 0, 1)],
    ['$date', { $date: '2026-01-01T00:00:00Z' }, Date.UTC(2026, 0, 1)],
    ['$date in milliseconds', { $date: 1767225600000 }, Date.UTC(2026, 0, 1)],
    ['seconds', 1767225600, Date.UTC(2026, 0, 1)],
    ['seconds with a fraction', 1767225600.25, Date.UTC(2026, 0, 1, 0, 0, 0, 250)],
    ['milliseconds', 1767225600123, Date.UTC(2026, 0, 1, 0, 0, 0, 123)],
    ['milliseconds as text', '1767225600123', Date.UTC(2026, 0, 1, 0, 0, 0, 123)],
    ['milliseconds ago', -60_000, now - 60_000],
    ['0, as a clock says that was never set', 0, now],
    ['nothing', undefined, now],
    ['text that is no time', 'yesterday', undefined],
    ['empty text', '', undefined],
    ['a list', [], now],
    ['null', null, now],
    ['more than any number', Number.POSITIVE_INFINITY, undefined],
  ]
  it.each(times)('is read from %s', (_name, given, expected) => {
    expect(readTime(given, now)).toBe(expected)
  })

  it('is taken up to 30 days ago and a day ahead', () => {
    const day = 86_400_000
    expect([now - 30 * day, now, now + day].map((time) => whyNotTaken(time, now))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(whyNotTaken(now - 30 * day - 1, now)).toContain('more than 30 days ago')
    expect(whyNotTaken(now + day + 1, now)).toContain('more than a day ahead')
  })

  it('of a range is now for 0 and relative to now below it', () => {
    expect([0, '0', -5, '-5', 7, '7'].map((given) => readMoment(given, now))).toEqual([
      now,
      now,
      now - 5,
      now - 5,
      7,
      7,
    ])
  })
})

describe('a position', () => {
  const positions: [string, string, string | undefined][] = [
    ['decimal degrees, digit for digit', '37.33233141,-122.0312186', '37.33233141,-122.0312186'],
    ['decimal degrees with spaces', '  37.5 , -122.0 ', '37.5,-122.0'],
    ['degrees, minutes and seconds', `37°19'56.39"N,122°1'52.38"W`, '37.332330556,-122.031216667'],
    ['typographic marks', '37°19′56.39″S, 122°1′52.38″E', '-37.332330556,122.031216667'],
    ['NMEA GLL', '$GPGLL,3906.71226,N,08430.74572,W,000653,A,*24', '39.111871,-84.512428667'],
    ['NMEA GGA', '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47', '48.1173,11.516666667'],
    [
      "Losant's example, with the hemisphere of a latitude",
      '$GPGLL,3719.940,N,12201.873,S,225444,A,*1C',
      '37.332333333,-122.03121667',
    ],
    ['GLL of another receiver', '$GNGLL,0000.000,N,00000.000,E,000653,A', '0,0'],
    ['the pole', '90,180', '90,180'],
    ['beyond the pole', '90.1,0', undefined],
    ['beyond the date line', '0,-180.5', undefined],
    ['one number', '37.3', undefined],
    ['three numbers', '1,2,3', undefined],
    ['60 minutes', `37°60'0"N,122°1'52.38"W`, undefined],
    ['two latitudes', `37°19'56.39"N,122°1'52.38"N`, undefined],
    ['an empty sentence', '$GPGLL,,,,,,V', undefined],
    ['a sentence of another kind', '$GPRMC,123519,A,4807.038,N,01131.000,E', undefined],
    ['text', 'home', undefined],
    ['nothing', '', undefined],
    ['much', '1'.repeat(1e6), undefined],
  ]
  it.each(positions)('is read from %s', (_name, given, expected) => {
    if (expected === undefined) {
      expect(readPosition(given)).toBeUndefined()
      return
    }
    const parts = (readPosition(given) ?? '').split(',').map(Number)
    expect(parts).toHaveLength(2)
    for (const [index, part] of expected.split(',').entries()) expect(parts[index]).toBeCloseTo(Number(part), 7)
    if (!given.includes('°') && !given.includes('$')) expect(readPosition(given)).toBe(expected)
  })

  it('is read from anything without failing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const position = readPosition(text)
        if (position !== undefined) expect(readPosition(position)).toBe(position)
      }),
    )
  })
})

describe('a value', () => {
  const values: [unknown, string, unknown][] = [
    [1.5, 'number', 1.5],
    ['1.5', 'number', 1.5],
    [' -2e3 ', 'number', -2000],
    [true, 'number', 1],
    [false, 'number', 0],
    ['', 'number', 'is no number'],
    ['  ', 'number', 'is no number'],
    ['1,5', 'number', 'is no number'],
    ['wet', 'number', 'is no number'],
    [Number.NaN, 'number', 'is no number'],
    [Number.POSITIVE_INFINITY, 'number', 'is no number'],
    ['1e999', 'number', 'is no number'],
    [true, 'boolean', true],
    [0, 'boolean', false],
    [-7, 'boolean', true],
    ['TRUE', 'boolean', true],
    ['off', 'boolean', false],
    ['maybe', 'boolean', 'is neither true nor false'],
    ['', 'boolean', 'is neither true nor false'],
    ['wet', 'string', 'wet'],
    [7, 'string', '7'],
    [false, 'string', 'false'],
    ['', 'string', ''],
    ['ō'.repeat(32_768), 'string', 'ō'.repeat(32_768)],
    [`${'ō'.repeat(32_768)}x`, 'string', 'is longer than 65536 bytes'],
    ['x'.repeat(262_144), 'blob', 'x'.repeat(262_144)],
    ['x'.repeat(262_145), 'blob', 'is longer than 262144 bytes'],
    ['1.5,2', 'gps', '1.5,2'],
    [1.5, 'gps', 'is no position'],
    ['home', 'gps', 'is no position'],
    [null, 'number', 'is neither a number nor text nor a boolean'],
    [{}, 'string', 'is neither a number nor text nor a boolean'],
  ]
  it.each(values)('%j becomes a %s, or why not', (given, dataType, expected) => {
    const stored = convertValue(given, dataType)
    if (typeof stored === 'string') expect(stored).toBe(expected)
    else expect(fromStored(stored, dataType)).toBe(expected)
  })
})
