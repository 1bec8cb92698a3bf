/** The `console` of scripts and the functions that run them, as source that QuickJS evaluates in the context before the script. */

import { maxJsonCharacters } from './messages.ts'

/** How much of one line of `console` is kept. */
const maxLineCharacters = 10_000

/**
 * A function of `log(level, message)` that sets `console`, and returns the functions that begin, end and explain a run. They keep the
 * built-ins that they need, since the script may change those. `finish` returns `T` if the payload has a `time` that is a date, else
 * `-`, followed by the payload as JSON. `describe` returns name, message and stack as JSON, since texts that contain U+0000 cannot be
 * passed out.
 */
export const guestSource = `(function (log) {
  'use strict'
  const { parse, stringify } = JSON
  const { Date, Promise, String, Error, TypeError, RangeError } = globalThis
  const uncurry = Function.prototype.bind.bind(Function.prototype.call)
  const slice = uncurry(String.prototype.slice)
  const getTime = uncurry(Date.prototype.getTime)
  let variables

  const isDate = (value) => {
    try {
      return getTime(value) === getTime(value)
    } catch {
      return false
    }
  }

  const write = (value) => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return value.name + ': ' + value.message
    if (typeof value !== 'object' || value === null) return String(value)
    try {
      return String(stringify(value))
    } catch (error) {
      return '[' + error.message + ']'
    }
  }

  const logAt = (level) =>
    function (...values) {
      let line = ''
      for (let index = 0; index < values.length && line.length < ${maxLineCharacters}; index++) {
        line += (index === 0 ? '' : ' ') + slice(write(values[index]), 0, ${maxLineCharacters})
      }
      log(level, slice(line, 0, ${maxLineCharacters}))
    }

  globalThis.console = {
    log: logAt('info'),
    info: logAt('info'),
    warn: logAt('warn'),
    error: logAt('warn'),
    debug: logAt('debug'),
  }

  return {
    begin(json, hasTime) {
      const payload = json === '' ? undefined : parse(json)
      if (hasTime) payload.time = new Date(payload.time)
      return payload
    },
    keep(given) {
      variables ??= given
    },
    finish(returned) {
      const payload = returned === undefined ? variables[0] : returned
      if (payload instanceof Promise) throw new TypeError('A script is synchronous: it cannot leave a promise.')
      const hasTime = typeof payload === 'object' && payload !== null && isDate(payload.time)
      const json = stringify(payload) ?? ''
      if (json.length > ${maxJsonCharacters}) throw new RangeError('The script leaves more than ${maxJsonCharacters} characters of JSON.')
      return (hasTime ? 'T' : '-') + json
    },
    describe(thrown) {
      const isError = typeof thrown === 'object' && thrown !== null && 'message' in thrown
      const name = isError ? String(thrown.name ?? 'Error') : 'Error'
      const message = isError ? String(thrown.message) : write(thrown)
      const stack = isError ? String(thrown.stack ?? '') : ''
      return stringify([slice(name, 0, 100), slice(message, 0, 2000), slice(stack, 0, 4000)])
    },
  }
})`

/** How many lines `wrapScript` puts before the source. */
export const linesBefore = 1

/**
 * Wraps the script in a function of `payload`. It calls its second argument with its own `arguments`, which in sloppy mode follow
 * assignments to the variable `payload`. So the last payload is known wherever the script returns.
 */
export function wrapScript(source: string): string {
  return `(function (payload) { arguments[1](arguments);\n${source}\n})`
}
