/**
 * What scripts expect besides the language and QuickJS lacks: `URL`, `URLSearchParams`, `TextEncoder`, `TextDecoder`, `btoa`, `atob` and
 * `structuredClone`. Node parses URLs and converts encodings; calls are passed out as JSON, as for `Intl`.
 */
import type { Extension } from './open-guest.ts'

/** The longest question. */
const maxCharacters = 8 * 1024 * 1024

export const web: Extension = {
  isNeededBy: /\b(?:URL|URLSearchParams|TextEncoder|TextDecoder|structuredClone|btoa|atob)\b/,
  install(guest) {
    const ask = guest.function('ask', (question = '', json = '') => {
      try {
        if (json.length > maxCharacters) throw new RangeError('There is too much to be converted.')
        // Boundary: the source below has written the JSON.
        return JSON.stringify({ value: answer(question, JSON.parse(json) as readonly string[]) })
      } catch (error) {
        return JSON.stringify({ message: error instanceof Error ? error.message : String(error) })
      }
    })
    guest.call(guest.evaluate(source, 'web.js'), ask)
  },
}

const parts = [
  ...(['href', 'protocol', 'username', 'password', 'host', 'hostname'] as const),
  ...(['port', 'pathname', 'search', 'hash'] as const),
]

function answer(question: string, [first = '', second, third = '']: readonly string[]): unknown {
  switch (question) {
    case 'url':
      return partsOf(new URL(first, second))
    case 'change': {
      const url = new URL(first)
      const part = parts.find((name) => name === second)
      if (part) url[part] = third
      return partsOf(url)
    }
    case 'encode':
      return Buffer.from(first).toString('hex')
    case 'decode':
      return new TextDecoder(second, { fatal: third === 'fatal' }).decode(Buffer.from(first, 'hex'))
    case 'btoa':
      return btoa(first)
    default:
      return atob(first)
  }
}

function partsOf(url: URL) {
  return { ...Object.fromEntries(parts.map((part) => [part, url[part]])), origin: url.origin }
}

const source = `(function (ask) {
  'use strict'
  const { parse, stringify } = JSON
  const { TypeError, String, Uint8Array, Array, Map, Set, Date, RegExp, ArrayBuffer } = globalThis
  const hide = (object, key, value) => Object.defineProperty(object, key, { value, writable: true, configurable: true })
  const asked = (question, ...texts) => {
    const { value, message } = parse(ask(question, stringify(texts)))
    if (message !== undefined) throw new TypeError(message)
    return value
  }
  const decode = (text) => {
    const spaced = text.replaceAll('+', ' ')
    try {
      return decodeURIComponent(spaced)
    } catch {
      return spaced
    }
  }
  const encode = (text) =>
    encodeURIComponent(text).replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()).replaceAll('%20', '+')

  class URLSearchParams {
    #pairs = []
    #changed = () => {}
    constructor(given = '', changed) {
      if (typeof changed === 'function') this.#changed = changed
      if (typeof given === 'object' && given !== null) {
        const pairs = typeof given[Symbol.iterator] === 'function' ? [...given] : Object.entries(given)
        this.#pairs = pairs.map(([key, value]) => [String(key), String(value)])
      } else {
        for (const field of String(given).replace(/^\\?/, '').split('&')) {
          if (field === '') continue
          const at = field.indexOf('=')
          this.#pairs.push(at === -1 ? [decode(field), ''] : [decode(field.slice(0, at)), decode(field.slice(at + 1))])
        }
      }
    }
    get size() { return this.#pairs.length }
    get(key) { return this.#pairs.find(([name]) => name === String(key))?.[1] ?? null }
    getAll(key) { return this.#pairs.filter(([name]) => name === String(key)).map(([, value]) => value) }
    has(key) { return this.#pairs.some(([name]) => name === String(key)) }
    append(key, value) { this.#pairs.push([String(key), String(value)]); this.#changed(this) }
    delete(key) { this.#pairs = this.#pairs.filter(([name]) => name !== String(key)); this.#changed(this) }
    set(key, value) {
      const at = this.#pairs.findIndex(([name]) => name === String(key))
      if (at === -1) return this.append(key, value)
      this.#pairs = this.#pairs.filter(([name], index) => index <= at || name !== String(key))
      this.#pairs[at] = [String(key), String(value)]
      this.#changed(this)
    }
    sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#changed(this) }
    forEach(work) { for (const [key, value] of this.#pairs) work(value, key, this) }
    entries() { return this.#pairs.map(([key, value]) => [key, value])[Symbol.iterator]() }
    keys() { return this.#pairs.map(([key]) => key)[Symbol.iterator]() }
    values() { return this.#pairs.map(([, value]) => value)[Symbol.iterator]() }
    [Symbol.iterator]() { return this.entries() }
    toString() { return this.#pairs.map(([key, value]) => encode(key) + '=' + encode(value)).join('&') }
  }

  class URL {
    #parts
    #params
    constructor(url, base) {
      this.#parts = base === undefined ? asked('url', String(url)) : asked('url', String(url), String(base))
    }
    static canParse(url, base) {
      try {
        return new URL(url, base) instanceof URL
      } catch {
        return false
      }
    }
    static read(url, part) { return url.#parts[part] }
    static change(url, part, value) {
      url.#parts = asked('change', url.#parts.href, part, String(value))
      if (part === 'search' || part === 'href') url.#params = undefined
    }
    get origin() { return this.#parts.origin }
    get searchParams() {
      this.#params ??= new URLSearchParams(this.#parts.search, (params) => {
        this.#parts = asked('change', this.#parts.href, 'search', String(params))
      })
      return this.#params
    }
    toString() { return this.#parts.href }
    toJSON() { return this.#parts.href }
  }
  const { read, change } = URL
  delete URL.read
  delete URL.change
  for (const part of ${JSON.stringify(parts)}) {
    Object.defineProperty(URL.prototype, part, {
      get() { return read(this, part) },
      set(value) { change(this, part, value) },
      configurable: true,
    })
  }

  const bytesOf = (hex) => Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16))
  const hexOf = (given) => {
    const bytes = given instanceof ArrayBuffer ? new Uint8Array(given) : new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
  class TextEncoder {
    get encoding() { return 'utf-8' }
    encode(text = '') { return bytesOf(asked('encode', String(text))) }
  }
  class TextDecoder {
    #label
    #mode
    constructor(label = 'utf-8', options) {
      this.#label = String(label)
      this.#mode = options?.fatal ? 'fatal' : ''
      this.decode()
    }
    get encoding() { return this.#label.toLowerCase() }
    decode(bytes) { return asked('decode', bytes === undefined ? '' : hexOf(bytes), this.#label, this.#mode) }
  }

  const structuredClone = (value, seen = new Map()) => {
    if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('A function cannot be cloned.')
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return seen.get(value)
    const keep = (copy) => (seen.set(value, copy), copy)
    if (value instanceof Date) return keep(new Date(value.getTime()))
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags))
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return keep(value.slice(0))
    if (value instanceof Map) {
      const copy = keep(new Map())
      for (const [key, item] of value) copy.set(structuredClone(key, seen), structuredClone(item, seen))
      return copy
    }
    if (value instanceof Set) {
      const copy = keep(new Set())
      for (const item of value) copy.add(structuredClone(item, seen))
      return copy
    }
    const copy = keep(Array.isArray(value) ? new Array(value.length) : {})
    for (const key of Object.keys(value)) hide(copy, key, structuredClone(value[key], seen)), Object.defineProperty(copy, key, { enumerable: true })
    return copy
  }

  const own = { URL, URLSearchParams, TextEncoder, TextDecoder }
  for (const name of Object.keys(own)) hide(globalThis, name, own[name])
  hide(globalThis, 'structuredClone', (value) => structuredClone(value))
  hide(globalThis, 'btoa', (text) => asked('btoa', String(text)))
  hide(globalThis, 'atob', (text) => asked('atob', String(text)))
})`
