import { describe, expect, it } from 'vitest'
import { dateTime } from '../../../nodes/logic/date-time/date-time.ts'
import { readDate } from '../../../nodes/parts/read-date.ts'
import { problemsOf, runNode } from '../run-node.ts'

/** Of the run's clock. */
const now = '2023-11-14T22:13:20.000Z'

async function result(fields: string, data: object = {}): Promise<unknown> {
  const yaml = `type: date-time\n${fields}\nresult: data.result`
  const { error, payload } = await runNode({ yaml, payload: { data } })
  if (error !== undefined) throw error
  return (payload.data as { result?: unknown }).result
}

const read = (value: unknown, pattern?: string) => {
  const date = readDate(value, pattern, Date.parse(now))
  return date === undefined ? undefined : new Date(date).toISOString()
}

describe('a date', () => {
  it.each([
    [new Date('2026-01-31T12:00:00Z'), '2026-01-31T12:00:00.000Z'],
    [1_476_479_740_543, '2016-10-14T21:15:40.543Z'],
    ['1476479740543', '2016-10-14T21:15:40.543Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-01-31T12:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00.5+01:00', '2026-01-31T11:00:00.500Z'],
    ['20260601', '2026-06-01T00:00:00.000Z'],
    ['20260601T120000Z', '2026-06-01T12:00:00.000Z'],
    ['20260601T1200+0530', '2026-06-01T06:30:00.000Z'],
    ['20260601t120000,25-03', '2026-06-01T15:00:00.250Z'],
    ['2026-01-31T12:00+01', '2026-01-31T11:00:00.000Z'],
    ['2026-01-31T12:00:00.9999999Z', '2026-01-31T12:00:00.999Z'],
    ['2026-W01-1', '2025-12-29T00:00:00.000Z'],
    ['2026W536T0800Z', '2027-01-02T08:00:00.000Z'],
    ['2026-W23', '2026-06-01T00:00:00.000Z'],
    ['2028-366', '2028-12-31T00:00:00.000Z'],
    ['2026-032T01:00', '2026-02-01T01:00:00.000Z'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z'],
    [20_260_601, '1970-01-01T05:37:40.601Z'],
    ['Sat, 31 Jan 2026 12:00:00 GMT', '2026-01-31T12:00:00.000Z'],
    [String(new Date('2026-01-31T12:00:00Z')), '2026-01-31T12:00:00.000Z'],
  ])('is read as it is: %j', (value, expected) => {
    expect(read(value)).toBe(expected)
  })

  it.each([
    ['31/01/2026', 'DD/MM/YYYY', '2026-01-31T00:00:00.000Z'],
    ['01/02/2026', 'D/M/YYYY', '2026-02-01T00:00:00.000Z'],
    ['12 March 2026', 'D MMMM YYYY', '2026-03-12T00:00:00.000Z'],
    [1_476_479_740, 'X', '2016-10-14T21:15:40.000Z'],
    [new Date('2026-01-31T12:00:00Z'), 'X', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00', 'YYYY-MM-DDTHH:mm:ssZ', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31 at 5', 'YYYY-MM-DD [at] H', '2026-01-31T05:00:00.000Z'],
    ['08:30 PM', 'h:mm A', '2023-11-14T20:30:00.000Z'],
    ['12 Mar', 'D MMM', '2023-03-12T00:00:00.000Z'],
  ])('is read by its format, and the day of the run where it tells of none: %j by %s', (value, pattern, expected) => {
    expect(read(value, pattern)).toBe(expected)
  })

  it.each([
    ['2026-02-31'],
    ['2026-13-01'],
    ['2026-01-31T25:00:00'],
    ['12/25/2026'],
    ['20260231'],
    ['20261301T1200Z'],
    ['20260601T2500'],
    ['2026-366'],
    ['2026-000'],
    ['2025-W53'],
    ['2026-W00-1'],
    ['2026-W10-8'],
    ['2026-01-31T12:00+24'],
    ['foo 1'],
    ['2026'],
    ['Sat, 31 Jan 2026 12:00:00'],
    ['x'.repeat(100_000)],
    [''],
    [null],
    [undefined],
    [true],
    [{}],
    [[2026, 1, 1]],
    [Number.NaN],
    [9e15],
    ['31/02/2026', 'DD/MM/YYYY'],
    ['2026-02-31T12:00:00+02:00', 'YYYY-MM-DDTHH:mm:ssZ'],
    ['31/01/2026 or so', 'DD/MM/YYYY'],
    ['2026-01-31', 'DD/MM/YYYY'],
    ['5', 'no format'],
    [{ toString: 1 }, 'YYYY'],
  ])('is none: %j', (value, pattern?: string) => {
    expect(read(value, pattern)).toBeUndefined()
  })
})

describe('text that names no zone', () => {
  it.each([
    ['2026-12-31T23:59', '', '2026-12-31T23:59:00.000+01:00'],
    ['2026-07-01', '', '2026-07-01T00:00:00.000+02:00'],
    ['20260701T0800', '', '2026-07-01T08:00:00.000+02:00'],
    ['31/12/2026 23:59', 'dateFormat: DD/MM/YYYY HH:mm', '2026-12-31T23:59:00.000+01:00'],
    ['08:30', 'dateFormat: HH:mm', '2023-11-14T08:30:00.000+01:00'],
    // The clocks skip it, and show it twice.
    ['2026-03-29T02:30', '', '2026-03-29T03:30:00.000+02:00'],
    ['2026-10-25T02:30', '', '2026-10-25T02:30:00.000+02:00'],
    // These name one.
    ['2026-12-31T23:59Z', '', '2027-01-01T00:59:00.000+01:00'],
    ['2026-12-31 23:59 +00:00', 'dateFormat: YYYY-MM-DD HH:mm Z', '2027-01-01T00:59:00.000+01:00'],
    ['1700000000', 'dateFormat: X', '2023-11-14T23:13:20.000+01:00'],
    ['1700000000000', '', '2023-11-14T23:13:20.000+01:00'],
  ])('is of the time zone where the flow says so: %s', async (at, fields, expected) => {
    const yaml = `date: << data.at >>\ntimeZone: Europe/Berlin\nlocalTime: true\n${fields}`.trimEnd()
    expect(await result(yaml, { at })).toBe(expected)
  })

  it('is so in what a date is compared with, too', async () => {
    const yaml = 'date: 2026-01-01T01:00Z\nsince: 2026-01-01T01:00\ntimeZone: Europe/Berlin\nlocalTime: true'
    expect(await result(yaml)).toBe(3_600_000)
  })
})

describe('date-time', () => {
  it.each([
    ['format: x', '1700000000000'],
    ['format: "[week] w, dddd"', 'week 46, Tuesday'],
    ['as: seconds', 1_700_000_000],
    ['as: array', [2023, 10, 14, 22, 13, 20, 0]],
    ['as: object', { years: 2023, months: 10, date: 14, hours: 22, minutes: 13, seconds: 20, milliseconds: 0 }],
    ['timeZone: Asia/Tokyo', '2023-11-15T07:13:20.000+09:00'],
    ['timeZone: Asia/Tokyo\nformat: LLL', 'November 15, 2023 7:13 AM'],
    ['timeZone: Asia/Tokyo\nget: day', 15],
    ['get: month', 10],
    ['get: quarter', 4],
    ['get: week', 46],
    ['get: dayOfYear', 318],
    ['get: dayOfWeek', 2],
    ['get: daysInMonth', 30],
    ['set: { month: 1, day: 29 }', '2023-03-01T22:13:20.000Z'],
    ['set: { hour: 8, minute: 0, second: 0 }', '2023-11-14T08:00:00.000Z'],
    ['set: { dayOfWeek: 0 }', '2023-11-12T22:13:20.000Z'],
    ['set: { week: 1 }', '2023-01-03T22:13:20.000Z'],
    ['startOf: week', '2023-11-12T00:00:00.000Z'],
    ['startOf: quarter', '2023-10-01T00:00:00.000Z'],
    ['endOf: month', '2023-11-30T23:59:59.999Z'],
    ['endOf: minute', '2023-11-14T22:13:59.999Z'],
    ['add: { months: 1, days: 1, hours: 1.5 }', '2023-12-15T23:43:20.000Z'],
    ['subtract: { years: 1, seconds: 20 }', '2022-11-14T22:13:00.000Z'],
    ['since: "2023-11-14T22:13:00Z"', 20_000],
    ['since: "1699999990"\nsinceFormat: X', 10_000],
  ])('makes of the time of the run: %s', async (fields, expected) => {
    expect(await result(fields)).toEqual(expected)
  })

  it.each([
    ['2024-01-31T00:00Z', 'add: { months: 1 }', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T00:00Z', 'add: { years: 1 }', '2025-02-28T00:00:00.000Z'],
    ['2024-01-01T00:00Z', 'add: { days: 1.6 }', '2024-01-03T00:00:00.000Z'],
    ['1960-05-06T07:08:09.5Z', 'startOf: hour', '1960-05-06T07:00:00.000Z'],
  ])('counts by the calendar: %s, %s', async (date, fields, expected) => {
    expect(await result(`date: "${date}"\n${fields}`)).toBe(expected)
  })

  it.each([
    // On 29 March the clocks of Berlin skip 2:00 to 3:00; on 25 October 2:00 to 3:00 comes twice.
    ['Europe/Berlin', '2026-03-28T11:00Z', 'add: { days: 1 }', '2026-03-29T12:00:00.000+02:00'],
    ['Europe/Berlin', '2026-03-28T11:00Z', 'add: { hours: 24 }', '2026-03-29T13:00:00.000+02:00'],
    ['Europe/Berlin', '2026-03-28T01:30Z', 'add: { days: 1 }', '2026-03-29T03:30:00.000+02:00'],
    ['Europe/Berlin', '2026-03-29T12:00Z', 'startOf: day', '2026-03-29T00:00:00.000+01:00'],
    ['Europe/Berlin', '2026-03-29T12:00Z', 'endOf: day', '2026-03-29T23:59:59.999+02:00'],
    ['Europe/Berlin', '2026-03-29T12:00Z', 'set: { hour: 2 }', '2026-03-29T03:00:00.000+02:00'],
    ['Europe/Berlin', '2026-10-25T01:40Z', 'startOf: hour', '2026-10-25T02:00:00.000+01:00'],
    ['Europe/Berlin', '2026-10-25T00:40Z', 'endOf: hour', '2026-10-25T02:59:59.999+02:00'],
    ['Europe/Berlin', '2026-10-25T01:40Z', 'set: { minute: 10 }', '2026-10-25T02:10:00.000+01:00'],
    ['Europe/Berlin', '2026-10-24T00:40Z', 'add: { days: 1 }', '2026-10-25T02:40:00.000+02:00'],
    ['Asia/Beirut', '2026-03-29T12:00Z', 'startOf: day', '2026-03-29T01:00:00.000+03:00'],
    ['America/Havana', '2026-11-01T12:00Z', 'startOf: day', '2026-11-01T00:00:00.000-04:00'],
    ['Australia/Lord_Howe', '2026-10-03T15:45Z', 'endOf: hour', '2026-10-04T02:59:59.999+11:00'],
    ['America/New_York', '2026-03-08T06:59:59Z', 'add: { seconds: 1 }', '2026-03-08T03:00:00.000-04:00'],
  ])('knows when the clocks of %s change: %s, %s', async (timeZone, date, fields, expected) => {
    expect(await result(`date: "${date}"\ntimeZone: ${timeZone}\n${fields}`)).toBe(expected)
  })

  it('takes amounts as text with a template in it', async () => {
    const data = { days: 3, zone: 'Asia/Tokyo' }
    const fields = 'add: { days: "-<< data.days >>" }\ntimeZone: << data.zone >>\nformat: YYYY-MM-DD'
    expect(await result(fields, data)).toBe('2023-11-12')
  })

  it.each([
    ['date: << data.gone >>', 'date is not a date'],
    ['date: << data.text >>', 'date is not a date'],
    ['since: << data.text >>', 'since is not a date'],
    ['add: { years: 9000 }', 'after 9999'],
    ['subtract: { days: 1000000000000 }', 'before the year 1'],
    ['set: { year: 100000000000 }', 'before the year 1'],
  ])('takes else, or fails the run, where there is not a date: %s', async (fields, message) => {
    const yaml = `type: date-time\n${fields}\nresult: data.result`
    const payload = { data: { text: 'tomorrow' } }
    const { output, payload: after } = await runNode({ yaml: `${yaml}\nelse: end`, payload })
    expect(output).toBe('else')
    expect(after.data).toMatchObject({ result: { error: { message: expect.stringContaining(message) } } })
    expect(String((await runNode({ yaml, payload })).error)).toContain(message)
  })

  it.each([
    ['add: { days: << data.text >> }', 'add.days'],
    ['add: { days: << data.gone >> }', 'add.days is missing'],
    ['timeZone: << data.text >>', 'There is no time zone "tomorrow"'],
    ['timeZone: << data.gone >>', 'There is no time zone ""'],
  ])('fails the run where the flow says nothing sensible: %s', async (fields, message) => {
    const yaml = `type: date-time\n${fields}\nresult: data.result\nelse: end`
    expect(String((await runNode({ yaml, payload: { data: { text: 'tomorrow' } } })).error)).toContain(message)
  })

  it.each([
    ['timeZone: Europe/Berlim', 'FLOW_WRONG_TYPE', 'There is no time zone "Europe/Berlim".'],
    ['add: { days: 1 }\nstartOf: day', 'FLOW_UNKNOWN_FIELD', 'startOf cannot be combined with add.'],
    ['get: year\nformat: YYYY', 'FLOW_UNKNOWN_FIELD', 'get gives a number, which format cannot change.'],
    ['format: YYYY\nas: seconds', 'FLOW_UNKNOWN_FIELD', 'as cannot be combined with format.'],
    ['dateFormat: YYYY', 'FLOW_UNKNOWN_FIELD', 'dateFormat needs a date.'],
    ['add: { day: 1 }', 'FLOW_UNKNOWN_FIELD', 'There is no field day in add.'],
    ['add: {}', 'FLOW_WRONG_TYPE', 'add must be'],
    ['add: { days: soon }', 'FLOW_WRONG_TYPE', 'days must be a number, not "soon".'],
    ['startOf: fortnight', 'FLOW_WRONG_TYPE', 'startOf must be'],
  ])('is a problem at load: %s', (fields, code, message) => {
    const problems = problemsOf(`type: date-time\n${fields}\nresult: data.result`)
    expect(problems).toEqual([expect.objectContaining({ code, message: expect.stringContaining(message) })])
  })
})

describe("Losant's node", () => {
  it.each([
    [
      { operation: 'add', numberValue: '-{{data.n}}', unit: 'day', sourcePath: 'time', timezone: 'UTC' },
      { date: '{{time}}', timeZone: 'UTC', add: { days: '-{{data.n}}' } },
    ],
    [
      { operation: 'subtract', numberValue: '24', unit: 'hour', resultFormatString: 'x' },
      { subtract: { hours: '24' }, format: 'x' },
    ],
    [{ operation: 'startOfTime', unit: 'day' }, { startOf: 'day' }],
    [{ operation: 'setDatePart', unit: 'dayOfWeek', numberValue: '1' }, { set: { dayOfWeek: '1' } }],
    [{ operation: 'getDatePart', unit: 'month' }, { get: 'month' }],
    [
      { operation: 'diff', sourcePath: 'time', diffDataPath: 'data.at', diffDataFormatString: 'X' },
      { date: '{{time}}', since: '{{data.at}}', sinceFormat: 'X' },
    ],
    [{ operation: 'toArray' }, { as: 'array' }],
    [{ operation: 'daysInMonth' }, { get: 'daysInMonth' }],
    [{ operation: 'format', resultFormatString: '', sourceFormatString: '' }, {}],
  ])('becomes one of these: %j', (losant, ours) => {
    const config = dateTime.losant?.translate?.({ ...losant, resultPath: 'data.result' })
    expect(config).toEqual({ ...ours, result: 'data.result' })
  })

  it('is refused where it does nothing, or something unknown', () => {
    expect(() => dateTime.losant?.translate?.({ operation: 'format' })).toThrow('does nothing')
    expect(() => dateTime.losant?.translate?.({ operation: 'moon', resultPath: 'a' })).toThrow('cannot be "moon"')
  })
})
