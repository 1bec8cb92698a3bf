/** What a setting is, and the kinds of values that several have. */

export interface Setting<T> {
  /** Option of `flowpot start`. Secrets have none, since other users of the machine can read its command lines. */
  readonly flag?: string
  readonly env: string
  readonly placeholder: string
  readonly about: string
  readonly default: T
  /** Shown as the default instead of the value itself. */
  readonly defaultText?: string
  /** Returns `undefined` for text that is not valid. */
  readonly parse: (text: string) => T | undefined
  /** Completes "it must be …". */
  readonly wanted: string
}

/** The longest delay that setTimeout supports. */
export const longestTimeoutMs = 2 ** 31 - 1

/** `wanted` of settings that accept everything but empty text. */
export const anyText = 'some text'

export const text = { placeholder: 'text', parse: (value: string) => value || undefined, wanted: anyText }
export const port = { placeholder: 'port', parse: integer(0, 65_535), wanted: 'a port from 0 to 65535' }

export function integer(min: number, max: number) {
  return (value: string) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max ? number : undefined
  }
}

export function positive(what: string, max = Number.MAX_SAFE_INTEGER) {
  return { placeholder: what, parse: integer(1, max), wanted: `a whole number of ${what}, 1 or more` }
}
