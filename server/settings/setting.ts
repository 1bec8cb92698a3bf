/** What a setting is, and the kinds of values that several have. */
import type { TrustedProxies } from '../http/trusted-proxies.ts'

/** A setting as it is declared. Its key gives its names: `runTimeoutMs` is `--run-timeout-ms` and `FLOWPOT_RUN_TIMEOUT_MS`. */
export interface Declared<T> {
  /** Whether `flowpot start` takes it as an option. Secrets are none, since other users of the machine can read its command lines. */
  readonly isOption?: true
  /** Where the environment variable has another name. */
  readonly env?: string
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

export type Declarations = Readonly<
  Record<string, Declared<string> | Declared<number> | Declared<boolean> | Declared<TrustedProxies>>
>

interface Names {
  /** Option of `flowpot start`, if it is one. */
  readonly flag: string | undefined
  readonly env: string
}

export type Setting<T> = Declared<T> & Names

type Named<Settings extends Declarations> = { readonly [Key in keyof Settings]: Settings[Key] & Names }

export function withNames<Settings extends Declarations>(settings: Settings): Named<Settings> {
  const named = Object.entries(settings).map(([key, setting]) => {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    const env = `FLOWPOT_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
    return [key, { env, ...setting, flag: setting.isOption && flag }]
  })
  // Boundary: `Object.fromEntries` loses which setting belongs to which key.
  return Object.fromEntries(named) as Named<Settings>
}

/** The longest delay that setTimeout supports. */
export const longestTimeoutMs = 2 ** 31 - 1

/** `wanted` of settings that accept everything but empty text. */
export const anyText = 'some text'

export function text(placeholder: string, byDefault = '') {
  return { placeholder, default: byDefault, parse: (value: string) => value || undefined, wanted: anyText }
}

export function port(byDefault: number) {
  return { placeholder: 'port', default: byDefault, parse: integer(0, 65_535), wanted: 'a port from 0 to 65535' }
}

/** A limit or a time. */
export function positive(what: string, byDefault: number, max = Number.MAX_SAFE_INTEGER) {
  const wanted = `a whole number of ${what}, 1 or more`
  return { placeholder: what, default: byDefault, parse: integer(1, max), wanted }
}

export function integer(min: number, max: number) {
  return (value: string) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max ? number : undefined
  }
}
