import { describe, expect, it } from 'vitest'
import { timeRange } from '../../../nodes/logic/time-range.ts'
import { problemsOf, runNode } from '../run-node.ts'

const visit = (fields: string, data: object = {}) =>
  runNode({ yaml: `type: time-range\n${fields}\nresult: data.isInside`, payload: { data } })

const isInside = async (fields: string, at: string, data: object = {}) => {
  const { error, output, payload } = await visit(`time: << data.at >>\n${fields}`, { ...data, at })
  if (error !== undefined) throw error
  expect(payload.data).toMatchObject({ isInside: output === 'then' })
  return output === 'then'
}

const range = (from: string, until: string) => `from: "${from}"\nuntil: "${until}"`
const weekdays = 'days: [ monday, tuesday, wednesday, thursday, friday ]'

describe('time-range', () => {
  it.each([
    ['its beginning is inside', range('08:00', '17:00'), '2026-07-01T08:00:00Z', true],
    ['what comes before is not', range('08:00', '17:00'), '2026-07-01T07:59:59.999Z', false],
    ['its end is outside', range('08:00', '17:00'), '2026-07-01T17:00:00Z', false],
    [
      'local time is of the zone',
      `${range('08:00', '09:00')}\ntimeZone: Asia/Tokyo\nlocalTime: true`,
      '2026-07-01T08:30',
      true,
    ],
    ['one digit will do', range('8:00', '17:00'), '2026-07-01T08:00:00Z', true],
    ['over midnight, in the evening', range('22:00', '06:00'), '2026-07-01T23:00:00Z', true],
    ['over midnight, in the morning', range('22:00', '06:00'), '2026-07-01T05:59:00Z', true],
    ['over midnight, at noon', range('22:00', '06:00'), '2026-07-01T12:00:00Z', false],
    ['until midnight', range('08:00', '00:00'), '2026-07-01T23:59:00Z', true],
    ['without bounds it is all day', weekdays, '2026-07-01T00:00:00Z', true],
    ['the same bounds are all day', range('09:00', '09:00'), '2026-07-01T08:00:00Z', true],
    ['another day of the week', weekdays, '2026-07-04T12:00:00Z', false],
    ['no day at all', 'days: []', '2026-07-01T12:00:00Z', false],
    ['the day on which the time is', `${range('22:00', '06:00')}\ndays: [ friday ]`, '2026-07-04T02:00:00Z', false],
  ])('takes from and until as they say: %s', async (_, fields, at, expected) => {
    expect(await isInside(fields, at)).toBe(expected)
  })

  it.each([
    ['Europe/Berlin', '2026-07-01T06:00:00Z', true],
    ['Europe/Berlin', '2026-01-02T06:00:00Z', false],
    ['Europe/Berlin', '2026-01-02T07:00:00Z', true],
    // There it is Saturday already.
    ['Pacific/Auckland', '2026-07-03T20:30:00Z', false],
    ['America/New_York', '2026-07-03T12:30:00Z', true],
  ])('reads the clocks of %s at %s', async (timeZone, at, expected) => {
    expect(await isInside(`${range('08:00', '17:00')}\n${weekdays}\ntimeZone: ${timeZone}`, at)).toBe(expected)
  })

  it.each([
    ['names', ['wednesday'], true],
    ['numbers', [3], true],
    ['other numbers', [0, 6], false],
    ['seven of true and false', [false, false, false, true, false, false, false], true],
    ['seven others', [true, true, true, false, true, true, true], false],
  ])('takes days from the payload: %s', async (_, days, expected) => {
    expect(await isInside('days: << data.days >>', '2026-07-01T12:00:00Z', { days })).toBe(expected)
  })

  it('compares the time of the run where none is given', async () => {
    expect((await visit(range('22:13', '22:14'))).output).toBe('then')
    expect((await visit(range('22:14', '22:15'))).output).toBe('else')
  })

  it.each([
    ['time: << data.gone >>', 'time is not a date'],
    ['time: << data.text >>', 'time is not a date'],
    ['days: << data.gone >>', 'days is missing'],
    ['days: << data.text >>', 'must be'],
    ['days: [ << data.text >> ]', 'must be'],
    ['days: << data.short >>', 'days must be seven of true and false'],
    ['from: << data.text >>', 'must be a text'],
    ['timeZone: << data.text >>', 'There is no time zone "noon"'],
  ])('fails the run where it cannot tell: %s', async (fields, message) => {
    expect(String((await visit(fields, { text: 'noon', short: [true, false] })).error)).toContain(message)
  })

  it.each([
    ['from: "24:00"', 'from must be a text'],
    ['from: 800', 'from must be a text'],
    ['days: [ Monday ]', 'must be sunday, monday'],
    ['days: [ true, false ]', 'days must be seven of true and false'],
    ['timeZone: Berlin', 'There is no time zone "Berlin".'],
  ])('is a problem at load: %s', (fields, message) => {
    const problems = problemsOf(`type: time-range\n${fields}`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe("Losant's node", () => {
  it.each([
    [
      {
        startTimeTemplate: '08:00',
        endTimeTemplate: '17:00',
        timeZoneTemplate: 'America/New_York',
        daysType: 'array',
        days: [false, true, true, true, true, true, false],
        daysPath: '',
        sourcePath: 'time',
        branchPath: '',
      },
      {
        from: '08:00',
        until: '17:00',
        timeZone: 'America/New_York',
        days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
        time: '{{time}}',
      },
    ],
    [
      { startTimeTemplate: '', daysType: 'path', daysPath: 'data.days', branchPath: 'data.isOpen' },
      { days: '{{data.days}}', result: 'data.isOpen' },
    ],
    [{ days: [true, true, true, true, true, true, true] }, {}],
  ])('becomes one of these', (losant, ours) => {
    expect(timeRange.losant?.translate?.(losant)).toEqual(ours)
  })
})
