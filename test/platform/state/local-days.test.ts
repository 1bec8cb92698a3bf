import { describe, expect, it } from 'vitest'
import { zoneNamed } from '../../../contracts/time-zone.ts'
import { dayMs, localDays } from '../../../platform/state/local-days.ts'

function stretches(zone: string, start: string, end: string, days = 1) {
  const timeZone = zoneNamed(zone)
  if (!timeZone) throw new Error(`There is no ${zone}.`)
  const range = { timeZone, start: Date.parse(start), end: Date.parse(end), resolution: days * dayMs }
  return localDays(range).map(([at, until]) => `${new Date(at).toISOString().slice(0, 16)} ${(until - at) / 3_600_000}`)
}

describe('the days of a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-03-27T23:00Z', '2026-03-30T22:00Z', ['27T23:00 24', '28T23:00 23', '29T22:00 24']],
    ['Europe/Berlin', '2026-10-23T22:00Z', '2026-10-26T23:00Z', ['23T22:00 24', '24T22:00 25', '25T23:00 24']],
    // The clocks go from 23:59 to 01:00, and at midnight back to 23:00.
    ['America/Sao_Paulo', '2018-11-03T03:00Z', '2018-11-06T02:00Z', ['03T03:00 24', '04T03:00 23', '05T02:00 24']],
    ['America/Sao_Paulo', '2018-02-16T02:00Z', '2018-02-19T03:00Z', ['16T02:00 24', '17T02:00 25', '18T03:00 24']],
    ['Asia/Beirut', '2026-03-27T22:00Z', '2026-03-30T21:00Z', ['27T22:00 24', '28T22:00 23', '29T21:00 24']],
    // Midnight comes twice: at 01:00 the clocks go back to 00:00, and at 00:01 to 23:01.
    ['America/Havana', '2026-10-31T04:00Z', '2026-11-02T05:00Z', ['31T04:00 24', '01T04:00 25']],
    ['America/St_Johns', '2010-11-06T02:30Z', '2010-11-08T03:30Z', ['06T02:30 24', '07T02:30 25']],
    ['Asia/Kathmandu', '2026-01-01T18:15Z', '2026-01-03T18:15Z', ['01T18:15 24', '02T18:15 24']],
    ['Australia/Lord_Howe', '2026-04-03T13:00Z', '2026-04-05T13:30Z', ['03T13:00 24', '04T13:00 24.5']],
    // There was no 30 December.
    ['Pacific/Apia', '2011-12-28T10:00Z', '2011-12-31T10:00Z', ['28T10:00 24', '29T10:00 24', '30T10:00 24']],
    ['UTC', '2026-01-01T00:00Z', '2026-01-03T00:00Z', ['01T00:00 24', '02T00:00 24']],
  ])('are in %s from %s to %s', (zone, start, end, expected) => {
    expect(stretches(zone, start, end).map((stretch) => stretch.slice(8))).toEqual(expected)
  })

  it('begin and end with the range, in the middle of a day', () => {
    expect(stretches('Europe/Berlin', '2026-03-28T12:00Z', '2026-03-30T06:30Z')).toEqual([
      '2026-03-28T12:00 11',
      '2026-03-28T23:00 23',
      '2026-03-29T22:00 8.5',
    ])
    expect(stretches('Europe/Berlin', '2026-03-28T12:00Z', '2026-03-28T12:30Z')).toEqual(['2026-03-28T12:00 0.5'])
  })

  it('make weeks by the calendar, counted from the day of the start', () => {
    expect(stretches('Europe/Berlin', '2026-03-20T08:00Z', '2026-04-04T00:00Z', 7)).toEqual([
      '2026-03-20T08:00 159',
      '2026-03-26T23:00 167',
      '2026-04-02T22:00 26',
    ])
    expect(stretches('Pacific/Apia', '2011-12-23T10:00Z', '2012-01-06T10:00Z', 7)).toEqual([
      '2011-12-23T10:00 168',
      '2011-12-30T10:00 144',
      '2012-01-05T10:00 24',
    ])
  })

  it('are one where there is no date any more', () => {
    const timeZone = zoneNamed('Asia/Tokyo')
    if (!timeZone) throw new Error('There is no Asia/Tokyo.')
    for (const [start, end] of [
      [8.64e15 - 1000, 8.64e15],
      [-8.64e15, -8.64e15 + 1000],
    ] as const) {
      expect(localDays({ timeZone, start, end, resolution: dayMs })).toEqual([[start, end]])
    }
  })
})
