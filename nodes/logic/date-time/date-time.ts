import { Type } from 'typebox'
import type { TimeZone } from '../../../contracts/time-zone.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../../engine/node.ts'
import { type CompiledValue, PathTo, Template, Value, ValueOf } from '../../../engine/schema.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { given } from '../../parts/given.ts'
import { filled, templateAt } from '../../parts/losant-fields.ts'
import { onlyOne, refuseFields } from '../../parts/misplaced.ts'
import { oneOf } from '../../parts/one-of.ts'
import { readDate } from '../../parts/read-date.ts'
import { mayRefuse, refusalShape, refuse } from '../../parts/refuse.ts'
import { checkTimeZone, localTimeField, timeZoneField, zoneOf } from '../../parts/time-zone-field.ts'
import { add, endOf, type Part, partOf, parts, periods, type Span, spans, startOf, withParts } from './calendar.ts'
import { type Conversion, conversions, convertDate, isWritable, writeDate, writtenShape } from './write-date.ts'

const amount = Type.Optional(ValueOf(Type.Number(), { acceptsDigits: true }))
const count = Type.Optional(ValueOf(Type.Integer(), { acceptsDigits: true }))
const amounts = (description: string) =>
  Type.Optional(
    Type.Object(mapOf(spans, amount), { description, minProperties: 1, examples: ['{ days: 1, hours: 12 }'] }),
  )

/** A node has at most one of these. The last two give a number, the others a date. */
const operations = ['add', 'subtract', 'set', 'startOf', 'endOf', 'get', 'since'] as const

export const dateTime = defineNode({
  type: 'date-time',
  losant: { type: 'DateTimeNode', translate },
  summary: 'Reads a date, calculates with it, and writes it in another form.',
  description: `At most one of \`add\`, \`subtract\`, \`set\`, \`startOf\`, \`endOf\`, \`get\` and \`since\` changes the date; without any, it is only converted.
Days and longer units follow the calendar of \`timeZone\`: a day later, the clocks show the same time. Hours and shorter units
are exact.

| fields | value at \`result\` |
|---|---|
| neither \`format\` nor \`as\` | the date in ISO 8601, in the time zone |
| \`format\` | the date in that format |
| \`as: seconds\`, \`as: milliseconds\` | a number, since 1970 |
| \`as: object\` | \`{ years, months, date, hours, minutes, seconds, milliseconds }\` |
| \`as: array\` | the same numbers as a list |

Numbers are those of Moment: months count from 0, days of the week from 0 on Sunday, and a week begins on Sunday.

A date is a Date such as \`<< time >>\`, milliseconds since 1970, or text in ISO 8601, with or without hyphens and colons (\`20260601T120000Z\`); any other
form needs a \`dateFormat\`. Text that names no zone is in UTC, or with \`localTime\` in \`timeZone\`, such as the value of an
\`<input type=datetime-local>\`. If a date is missing or cannot be read, \`else\` is taken; without an \`else\`, the run fails.`,
  config: Type.Object({
    date: Type.Optional(Value({ description: 'The date. Defaults to now.', examples: ['<< data.body.bookedFor >>'] })),
    dateFormat: Type.Optional(
      Template({ description: "The format of `date`, in Moment's tokens.", examples: ['DD/MM/YYYY HH:mm'] }),
    ),
    timeZone: timeZoneField('IANA name of the zone whose calendar and clocks are used.'),
    localTime: localTimeField,
    add: amounts('How much to add.'),
    subtract: amounts('How much to subtract.'),
    set: Type.Optional(
      Type.Object(mapOf(parts, count), {
        description: 'Numbers to set in the date. One past the end of its part carries over.',
        minProperties: 1,
        examples: ['{ hour: 8, minute: 0 }'],
      }),
    ),
    startOf: oneOf(periods, { description: 'Gives the first millisecond of the period that the date is in.' }),
    endOf: oneOf(periods, { description: 'Gives the last millisecond of the period.' }),
    get: oneOf([...parts, 'daysInMonth'], { description: 'Gives one number of the date.' }),
    since: Type.Optional(Value({ description: 'Another date. Gives how many milliseconds the date is after it.' })),
    sinceFormat: Type.Optional(Template({ description: 'The format of `since`.' })),
    format: Type.Optional(
      Template({ description: "The format of the result, in Moment's tokens.", examples: ['YYYY-MM-DD', 'LT'] }),
    ),
    as: oneOf(conversions, { description: 'The form of the result, if it should not be text.' }),
    result: PathTo({ description: 'Where the result goes.' }),
  }),
  ...mayRefuse(refusalShape, ({ as }) => writtenShape(as)),
  check,
  compile: (config, { wired }) => {
    const { date, dateFormat, timeZone, localTime, since, sinceFormat, get, format, as, result } = config
    return (payload, run) => {
      const now = run.services.clock.now()
      const zone = zoneOf(timeZone, payload)
      const site = { payload, result, wired }
      const textZone = given('localTime', localTime, payload) ? zone : undefined
      const start = date ? readDate(date(payload), dateFormat?.(payload), now, textZone) : now
      if (start === undefined) return refuse({ message: 'date is not a date that can be read.' }, site)
      if (since) {
        const other = readDate(since(payload), sinceFormat?.(payload), now, textZone)
        if (other === undefined) return refuse({ message: 'since is not a date that can be read.' }, site)
        result.set(payload, start - other)
        return 'then'
      }
      if (get) {
        result.set(payload, partOf(start, get, zone))
        return 'then'
      }
      const end = change(start, config, payload, zone)
      if (!isWritable(end)) return refuse({ message: 'The result is before the year 1 or after 9999.' }, site)
      result.set(payload, as ? convertDate(end, as, zone) : writeDate(end, format?.(payload), zone))
      return 'then'
    }
  },
  examples: [
    {
      title: 'The start of the day in Berlin, where it has 23 hours',
      yaml: `type: date-time
date: << data.at >>
timeZone: Europe/Berlin
startOf: day
result: data.from`,
      payload: { data: { at: '2026-03-29T12:00:00Z' } },
      expect: { output: 'then', payload: { 'data.from': '2026-03-29T00:00:00.000+01:00' } },
    },
    {
      title: 'A week ago, for a query',
      yaml: `type: date-time
subtract: { days: 7 }
as: milliseconds
result: data.start`,
      payload: { data: {} },
      expect: { output: 'then', payload: { 'data.start': 1_699_395_200_000 } },
    },
    {
      title: 'A date as people write it, in another form',
      yaml: `type: date-time
date: << data.body.birthday >>
dateFormat: D.M.YYYY
format: dddd, MMMM Do
result: data.birthday`,
      payload: { data: { body: { birthday: '29.2.2028' } } },
      expect: { output: 'then', payload: { 'data.birthday': 'Tuesday, February 29th' } },
    },
    {
      title: 'How long ago a device reported',
      yaml: `type: date-time
date: << time >>
since: << data.lastSeen >>
result: data.silentMs`,
      payload: { data: { lastSeen: '2023-11-14T22:12:20Z' } },
      expect: { output: 'then', payload: { 'data.silentMs': 60_000 } },
    },
    {
      title: 'A day that does not exist',
      yaml: `type: date-time
date: << data.body.from >>
result: data.from
else:
  - type: reply
    status: 400
    body: { error: from must be a date. }`,
      payload: { data: { body: { from: '2026-02-31' } } },
      expect: { output: 'else', payload: { 'data.from.error.message': 'date is not a date that can be read.' } },
    },
  ],
})

type CompiledAmounts<Key extends string> = Readonly<Partial<Record<Key, CompiledValue<number> | undefined>>>

interface Operation {
  readonly add?: CompiledAmounts<Span> | undefined
  readonly subtract?: CompiledAmounts<Span> | undefined
  readonly set?: CompiledAmounts<Part> | undefined
  readonly startOf?: (typeof periods)[number] | undefined
  readonly endOf?: (typeof periods)[number] | undefined
}

function change(date: number, operation: Operation, payload: Payload, zone: TimeZone): number {
  if (operation.add) return add(date, numbersOf('add', operation.add, payload), zone)
  if (operation.subtract) return add(date, numbersOf('subtract', operation.subtract, payload, -1), zone)
  if (operation.set) return withParts(date, numbersOf('set', operation.set, payload), zone)
  if (operation.startOf) return startOf(date, operation.startOf, zone)
  return operation.endOf ? endOf(date, operation.endOf, zone) : date
}

function numbersOf<Key extends string>(field: string, values: CompiledAmounts<Key>, payload: Payload, sign = 1) {
  const numbers: Partial<Record<Key, number>> = {}
  for (const key of Object.keys(values) as Key[]) {
    numbers[key] = (given(`${field}.${key}`, values[key], payload) ?? 0) * sign
  }
  return numbers
}

function check(node: NodeCheck): void {
  checkTimeZone(node)
  const operation = onlyOne(node, operations)
  if (operation === 'get' || operation === 'since') {
    refuseFields(node, ['format', 'as'], (field) => `${operation} gives a number, which ${field} cannot change.`)
  }
  onlyOne(node, ['format', 'as'])
  if (node.config.date === undefined) refuseFields(node, ['dateFormat'], () => 'dateFormat needs a date.')
  if (node.config.since === undefined) refuseFields(node, ['sinceFormat'], () => 'sinceFormat needs since.')
}

/** A map schema with the same field for every name. */
function mapOf<Name extends string, Field>(names: readonly Name[], field: Field) {
  return Object.fromEntries(names.map((name) => [name, field])) as Record<Name, Field> // its entries are these names
}

function translate(config: RawConfig): RawConfig {
  const { sourcePath, sourceFormatString, timezone, operation = 'add', unit = 'year', numberValue } = config
  const { diffDataPath, diffDataFormatString, resultFormatString, resultPath } = config
  if (!resultPath) throw new Error('A Date/Time node without a result path does nothing.')
  const format = filled({ format: resultFormatString })
  const done = (): RawConfig => {
    switch (operation) {
      case 'format':
        return format
      case 'add':
      case 'subtract':
        return { [operation]: { [`${unit}s`]: numberValue }, ...format }
      case 'setDatePart':
        return { set: { [String(unit)]: numberValue }, ...format }
      case 'startOfTime':
        return { startOf: unit, ...format }
      case 'getDatePart':
        return { get: unit }
      case 'daysInMonth':
        return { get: 'daysInMonth' }
      case 'diff':
        return { since: templateAt(diffDataPath, 'diffDataPath'), ...filled({ sinceFormat: diffDataFormatString }) }
    }
    const as = losantConversions[String(operation)]
    if (as === undefined) throw new Error(`A Date/Time node's operation cannot be ${JSON.stringify(operation)}.`)
    return { as }
  }
  return {
    ...(sourcePath
      ? { date: templateAt(sourcePath, 'sourcePath'), ...filled({ dateFormat: sourceFormatString }) }
      : {}),
    ...filled({ timeZone: timezone }),
    ...done(),
    result: resultPath,
  }
}

const losantConversions: Readonly<Record<string, Conversion>> = {
  toArray: 'array',
  toObject: 'object',
  unixTimestampSeconds: 'seconds',
  unixTimestampMilliseconds: 'milliseconds',
}
