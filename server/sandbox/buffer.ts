/** `Buffer` for scripts: the npm package of that name, which is Node's in plain JavaScript. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Extension } from './open-guest.ts'

let source: string | undefined

export const buffer: Extension = {
  isNeededBy: /\bBuffer\b/,
  install(guest) {
    source ??= readSource()
    guest.evaluate(source, 'buffer.js')
  },
}

/** The package and the two that it requires are CommonJS. */
function readSource(): string {
  const fromHere = createRequire(import.meta.url)
  // `buffer` alone would be Node's module.
  const main = fromHere.resolve('buffer/index.js')
  const fromBuffer = createRequire(main)
  const files = { 'base64-js': fromBuffer.resolve('base64-js'), ieee754: fromBuffer.resolve('ieee754'), buffer: main }
  const modules = Object.entries(files).map(
    ([name, file]) => `${JSON.stringify(name)}(exports, module, require) {${readFileSync(file, 'utf8')}\n}`,
  )
  return `(function (modules) {
  'use strict'
  const require = (name) => {
    const module = { exports: {} }
    modules[name](module.exports, module, require)
    return module.exports
  }
  const { Buffer } = require('buffer')
  // The package decodes base64url as Base64, but does not know its name.
  const isUrl = (encoding) => String(encoding).toLowerCase() === 'base64url'
  const { from, isEncoding } = Buffer
  const { toString } = Buffer.prototype
  Buffer.from = (value, encoding, length) => from(value, typeof value === 'string' && isUrl(encoding) ? 'base64' : encoding, length)
  Buffer.isEncoding = (encoding) => isUrl(encoding) || isEncoding(encoding)
  Buffer.prototype.toString = function (encoding, ...range) {
    if (!isUrl(encoding)) return toString.call(this, encoding, ...range)
    return toString.call(this, 'base64', ...range).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  }
  globalThis.Buffer = Buffer
})({${modules.join(',\n')}})`
}
