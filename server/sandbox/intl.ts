/**
 * `Intl` for scripts, since QuickJS has none: calls are passed out as JSON and answered by Node's `Intl`. The defaults are the locale
 * `en-US` and the time zone UTC, wherever the server runs.
 */
import type { Guest } from './guest.ts'
import type { Extension } from './open-guest.ts'

/** The methods of each constructor. */
const methods = {
  Collator: ['compare'],
  DateTimeFormat: ['format', 'formatToParts', 'formatRange'],
  DisplayNames: ['of'],
  ListFormat: ['format', 'formatToParts'],
  NumberFormat: ['format', 'formatToParts'],
  PluralRules: ['select'],
  RelativeTimeFormat: ['format', 'formatToParts'],
} as const

type FormatName = keyof typeof methods
type Format = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

interface Question {
  readonly format: FormatName
  readonly method: string
  readonly locales?: string | string[]
  readonly options?: object
  readonly args: readonly unknown[]
}

/** The longest question. A longer text is not meant for people. */
const maxCharacters = 64 * 1024

const maxFormats = 50

export const intl: Extension = {
  isNeededBy: /\bIntl\b|\btoLocale\w*String\b|\blocaleCompare\b/,
  install(guest) {
    guest.call(guest.evaluate(source, 'intl.js'), receiveQuestions(guest), guest.text(JSON.stringify(methods)))
  },
}

function receiveQuestions(guest: Guest) {
  const formats = new Map<string, Format>()
  return guest.function('ask', (json = '') => {
    try {
      if (json.length > maxCharacters) throw new RangeError('There is too much to be formatted.')
      // As the source below writes it; the constructors of Intl look at what they are given themselves.
      const question = JSON.parse(json) as Question
      return JSON.stringify({ value: answer(question, formats) })
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new TypeError(String(error))
      return JSON.stringify({ name, message })
    }
  })
}

function answer({ format: name, method, locales, options, args }: Question, formats: Map<string, Format>): unknown {
  const key = JSON.stringify([name, locales, options])
  const format = formats.get(key) ?? open(name, locales, options)
  // Formats are kept for later scripts, so their number is limited.
  if (formats.size === maxFormats && !formats.has(key)) formats.clear()
  formats.set(key, format)
  const isKnown = method === 'resolvedOptions' || methods[name].some((known) => known === method)
  return isKnown ? format[method]?.(...args.map(decode)) : undefined
}

function open(name: FormatName, locales: Question['locales'] = 'en-US', options: object | undefined): Format {
  if (!Object.hasOwn(methods, name)) throw new TypeError(`Intl.${name} is not there.`)
  const given = name === 'DateTimeFormat' ? { timeZone: 'UTC', ...options } : options
  // Boundary: each constructor has its own type of options, and throws for options that are not valid.
  const Constructor = Intl[name] as unknown as new (locales: unknown, options: unknown) => Format
  return new Constructor(locales, given)
}

/** Restores numbers that JSON lacks. */
function decode(arg: unknown): unknown {
  if (typeof arg !== 'object' || arg === null) return arg
  if ('number' in arg) return Number(arg.number)
  if ('bigint' in arg) return BigInt(String(arg.bigint))
  return arg
}

const source = `(function (ask, methods) {
  'use strict'
  const { parse, stringify } = JSON
  const { Date, Number, String, TypeError, RangeError } = globalThis
  const { defineProperty, entries } = Object

  const encode = (value) => {
    if (typeof value === 'bigint') return { bigint: String(value) }
    return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value
  }
  const call = (format, method, locales, options, args) => {
    const { value, name, message } = parse(ask(stringify({ format, method, locales, options, args: args.map(encode) })))
    if (message !== undefined) throw new (name === 'RangeError' ? RangeError : TypeError)(message)
    return value
  }
  const hide = (object, key, value) => defineProperty(object, key, { value, writable: true, configurable: true })

  const Intl = {}
  for (const [format, names] of entries(parse(methods))) {
    const takesDates = format === 'DateTimeFormat'
    const moment = (value) => (value === undefined ? Date.now() : Number(value))
    const Constructor = function (locales, options) {
      if (!new.target) return new Constructor(locales, options)
      const resolved = call(format, 'resolvedOptions', locales, options, [])
      hide(this, 'resolvedOptions', () => ({ ...resolved }))
      for (const name of names) {
        hide(this, name, (...args) => {
          const given = takesDates ? (args.length === 0 ? [undefined] : args).map(moment) : args
          return call(format, name, locales, options, given)
        })
      }
    }
    hide(Constructor, 'name', format)
    hide(Intl, format, Constructor)
  }
  hide(globalThis, 'Intl', Intl)

  const day = { year: 'numeric', month: 'numeric', day: 'numeric' }
  const hour = { hour: 'numeric', minute: 'numeric', second: 'numeric' }
  const asksFor = (options, names) => names.some((name) => options?.[name] !== undefined)
  const ofDay = ['weekday', 'year', 'month', 'day', 'dateStyle', 'timeStyle']
  const ofHour = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'dateStyle', 'timeStyle']
  const localise = (asked, byDefault) =>
    function (locales, options) {
      if (this.getTime() !== this.getTime()) return 'Invalid Date'
      const given = asksFor(options, asked) ? options : { ...options, ...byDefault }
      return new Intl.DateTimeFormat(locales, given).format(this)
    }
  hide(Date.prototype, 'toLocaleString', localise([...ofDay, ...ofHour], { ...day, ...hour }))
  hide(Date.prototype, 'toLocaleDateString', localise(ofDay, day))
  hide(Date.prototype, 'toLocaleTimeString', localise(ofHour, hour))
  hide(Number.prototype, 'toLocaleString', function (locales, options) {
    return new Intl.NumberFormat(locales, options).format(Number(this))
  })
  hide(String.prototype, 'localeCompare', function (other, locales, options) {
    return new Intl.Collator(locales, options).compare(String(this), String(other))
  })
})`
