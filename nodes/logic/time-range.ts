import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { given } from '../parts/given.ts'
import { filled, templateAt } from '../parts/losant-fields.ts'
import { wrongValue } from '../parts/misplaced.ts'
import { choice } from '../parts/one-of.ts'
import { readDate } from '../parts/read-date.ts'
import { checkTimeZone, localTimeField, timeZoneField, zoneOf } from '../parts/time-zone-field.ts'
import { written } from '../parts/written.ts'

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
type Weekday = (typeof weekdays)[number]

const timeOfDay = (description: string) =>
  Type.Optional(
    ValueOf(Type.String({ pattern: '^([01]?[0-9]|2[0-3]):[0-5][0-9]$' }), { description, default: '00:00' }),
  )

export const timeRange = defineNode({
  type: 'time-range',
  losant: { type: 'TimeRangeNode', translate },
  summary: 'Takes one of two ways, depending on the time of day and the day of the week.',
  description: `\`then\` is taken if the time is at \`from\` or later, but before \`until\`, on one of the \`days\`; otherwise \`else\`. If \`until\` is earlier than
\`from\`, the range goes past midnight; if both are the same, it is the whole day. The day is that of the time itself: in a range that
begins on Friday evening, the hours after midnight belong to Saturday.

The time is that of the clocks in \`timeZone\`, with summer time. A \`time\` that cannot be read as a date fails the run.`,
  config: Type.Object({
    from: timeOfDay('When the range begins, as `HH:MM`.'),
    until: timeOfDay('When the range ends, as `HH:MM`.'),
    days: Type.Optional(
      ValueOf(Type.Array(Type.Union([choice(weekdays), Type.Integer({ minimum: 0, maximum: 6 }), Type.Boolean()])), {
        description:
          'The days of the range. Defaults to every day. A payload may also give numbers from 0, or seven of `true` and `false`; both begin on Sunday.',
        examples: ['[ saturday, sunday ]', '<< data.days >>'],
      }),
    ),
    timeZone: timeZoneField('IANA name of the zone whose clocks are used.'),
    localTime: localTimeField,
    time: Type.Optional(Value({ description: "The time to check. Defaults to the payload's `time`." })),
    result: Type.Optional(PathTo({ description: 'Where `true` or `false` goes.' })),
  }),
  outputs: ['else', 'then'],
  check: (node) => {
    checkTimeZone(node)
    const problem = problemOfDays(node.config.days)
    if (problem) wrongValue(node.report, ['days'], problem)
  },
  writes: ({ result }) => written(result, scalar),
  compile: ({ from, until, days, timeZone, localTime, time, result }) => {
    return (payload, run) => {
      const zone = zoneOf(timeZone, payload)
      const textZone = given('localTime', localTime, payload) ? zone : undefined
      const date = readDate(time ? time(payload) : payload.time, undefined, run.services.clock.now(), textZone)
      if (date === undefined) throw new Error('time is not a date that can be read.')
      const wall = new Date(date + zone.offsetAt(date))
      const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes()
      const isInside =
        isBetween(minute, minuteOf(from?.(payload)), minuteOf(until?.(payload))) &&
        (days === undefined || isAmong(wall.getUTCDay(), given('days', days, payload) ?? []))
      result?.set(payload, isInside)
      return isInside ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: 'Office hours in Berlin',
      yaml: `type: time-range
from: "08:00"
until: "17:00"
days: [ monday, tuesday, wednesday, thursday, friday ]
timeZone: Europe/Berlin
time: << data.at >>
result: data.isOpen`,
      payload: { data: { at: '2026-07-01T06:00:00Z' } },
      expect: { output: 'then', payload: { 'data.isOpen': true } },
    },
    {
      title: 'The night, by the time of the run',
      yaml: `type: time-range
from: "23:00"
until: "06:00"`,
      payload: { data: {} },
      expect: { output: 'else' },
    },
  ],
})

function minuteOf(time = '00:00'): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

function isBetween(minute: number, from: number, until: number): boolean {
  return from < until ? from <= minute && minute < until : from <= minute || minute < until
}

function isAmong(day: number, days: readonly (Weekday | number | boolean)[]): boolean {
  const problem = problemOfDays(days)
  if (problem) throw new Error(problem)
  return days.some((each, index) => (each === true ? index === day : each === day || each === weekdays[day]))
}

function problemOfDays(days: unknown): string | undefined {
  if (!Array.isArray(days) || !days.some((day) => typeof day === 'boolean')) return undefined
  const isWeek = days.length === 7 && days.every((day) => typeof day === 'boolean')
  return isWeek ? undefined : 'days must be seven of true and false, for Sunday to Saturday.'
}

function translate(config: RawConfig): RawConfig {
  const { startTimeTemplate, endTimeTemplate, timeZoneTemplate, sourcePath, branchPath } = config
  return {
    ...filled({ from: startTimeTemplate, until: endTimeTemplate, timeZone: timeZoneTemplate }),
    ...translateDays(config),
    ...filled({ time: sourcePath && templateAt(sourcePath, 'sourcePath'), result: branchPath }),
  }
}

function translateDays({ daysType = 'array', days, daysPath }: RawConfig): RawConfig {
  if (daysType === 'path') return { days: templateAt(daysPath, 'daysPath') }
  if (!Array.isArray(days)) return {}
  const named = weekdays.filter((_, index) => days[index] === true)
  return named.length === weekdays.length ? {} : { days: named }
}
