/**
 * Turns a request's body into the value that a flow reads: JSON, forms and multipart forms are parsed, other text stays text, and anything else
 * becomes a map with its bytes. An empty body becomes `null`.
 */
import { isUtf8 } from 'node:buffer'
import { parse as parseForm } from 'node:querystring'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { defineError, type FlowpotError } from '../../contracts/errors.ts'
import { fileBytes } from '../../engine/values/file-bytes.ts'
import { type JsonFault, maxCollections, parseJson, UnreadableJson } from '../../engine/values/json.ts'
import { decodeBytes, decoderOf, isTextType, readText } from './body-text.ts'
import { codingOf, decodeBody } from './content-coding.ts'
import { hasMoreNames } from './count-names.ts'
import { parseHeaderValue, percentBytes } from './header-params.ts'
import { type FormLimits, parseMultipart } from './multipart.ts'
import { plainRecord } from './plain-record.ts'
import { bodyTooLarge } from './refusals.ts'

export interface BodyLimits extends FormLimits {
  /** How many different names the keys of a body may have. */
  readonly maxBodyKeys: number
  /** By how many times a compressed body may grow when it is decompressed. */
  readonly maxCompressionRatio: number
}

export const defaultBodyLimits: BodyLimits = {
  maxFormParts: 1_000,
  maxFormFiles: 100,
  maxBodyKeys: 10_000,
  maxCompressionRatio: 100,
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The decompressed bytes of the body, if the endpoint or webhook needs them. */
    bodyBytes: Buffer | null
  }
}

const notJson = defineError('HTTP_BODY_NOT_JSON', 400, () => 'The body is not valid JSON.')
const unsafeKey = defineError(
  'HTTP_BODY_UNSAFE_KEY',
  400,
  () => 'The body has a key that is not allowed, such as __proto__.',
)
const tooDeep = defineError('HTTP_BODY_TOO_DEEP', 400, () => 'The body is nested too deeply.')
const tooManyCollections = defineError(
  'HTTP_BODY_TOO_MANY_VALUES',
  413,
  () => `The body has more than ${maxCollections} lists and maps.`,
)
const tooManyKeys = defineError<{ max: number }>(
  'HTTP_BODY_TOO_MANY_KEYS',
  413,
  ({ max }) => `The body has more than ${max} keys.`,
)

interface Sent {
  readonly bytes: Buffer
  /** The header `content-type` with its parameters. */
  readonly type: string
  readonly limits: BodyLimits
}

type ReadBody = (sent: Sent) => unknown

export interface BodyParserOptions {
  readonly limits: BodyLimits
  /** Whether to keep the bytes of the body as well. */
  readonly keepsBytes?: (request: FastifyRequest) => boolean
  /** How long the decompressed body may be, if less than the listener allows. */
  readonly maxBytesOf?: (request: FastifyRequest) => number | undefined
}

export function addBodyParsers(app: FastifyInstance, options: BodyParserOptions): void {
  app.decorateRequest('bodyBytes', null)
  app.removeAllContentTypeParsers()
  addJsonParser(app, 'application/json', options)
  addJsonParser(app, /^application\/[\w.-]+\+json/, options)
  addParser(app, 'application/x-www-form-urlencoded', options, readForm)
  addParser(app, 'multipart/form-data', options, readMultipart)
  addParser(app, '*', options, readOther)
}

export function addJsonParser(app: FastifyInstance, contentType: string | RegExp, options: BodyParserOptions): void {
  addParser(app, contentType, options, readJson)
}

function addParser(
  app: FastifyInstance,
  contentType: string | RegExp,
  { limits, keepsBytes, maxBytesOf }: BodyParserOptions,
  read: ReadBody,
): void {
  const finish = (request: FastifyRequest, bytes: Buffer): unknown => {
    if (bytes.length > (maxBytesOf?.(request) ?? bytes.length)) throw bodyTooLarge({})
    if (keepsBytes?.(request)) request.bodyBytes = bytes
    return bytes.length === 0 ? null : read({ bytes, type: request.headers['content-type'] ?? '', limits })
  }
  app.addContentTypeParser<Buffer>(contentType, { parseAs: 'buffer' }, (request, sent, done) => {
    let value: unknown
    try {
      const coding = codingOf(request.headers['content-encoding'])
      if (coding !== undefined && sent.length > 0) {
        const { bodyLimit } = request.routeOptions
        const decoded = { maxBytes: bodyLimit, maxRatio: limits.maxCompressionRatio }
        decodeBody(coding, sent, decoded)
          .then((bytes) => finish(request, bytes))
          .then((body) => done(null, body), done)
        return
      }
      value = finish(request, sent)
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)))
    }
    done(null, value)
  })
}

function readJson({ bytes, type, limits }: Sent): unknown {
  const text = readText(bytes, charsetOf(type))
  try {
    const value = parseJson(text)
    if (hasMoreNames(value, limits.maxBodyKeys, text.length)) throw tooManyKeys({ max: limits.maxBodyKeys })
    return value
  } catch (error) {
    if (error instanceof UnreadableJson) throw refusals[error.fault]()
    throw error
  }
}

const refusals: Readonly<Record<JsonFault, () => FlowpotError>> = {
  syntax: () => notJson({}),
  depth: () => tooDeep({}),
  collections: () => tooManyCollections({}),
  key: () => unsafeKey({}),
}

/** The bytes of a field may be written as themselves or as `%xx`, so all of them are put together before they are decoded by the charset. */
function readForm({ bytes, type, limits }: Sent): Record<string, unknown> | null {
  const text = bytes.toString('latin1')
  const max = limits.maxBodyKeys
  if (hasMoreFields(text, max)) throw tooManyKeys({ max })
  const decoder = decoderOf(charsetOf(type) ?? 'utf-8')
  let fault: unknown
  const form = parseForm(text, '&', '=', {
    maxKeys: 0,
    decodeURIComponent(field) {
      if (!/[%\x80-\xff]/.test(field)) return field
      try {
        return decodeBytes(percentBytes(field), decoder)
      } catch (error) {
        // `querystring` would catch the error and decode the field in its own way.
        fault = error
        return ''
      }
    },
  })
  if (fault !== undefined) throw fault
  return formRecord(form)
}

function hasMoreFields(text: string, max: number): boolean {
  let count = 1
  for (let at = text.indexOf('&'); at !== -1 && count <= max; at = text.indexOf('&', at + 1)) count++
  return count > max
}

/** A form without fields becomes `null`. */
function formRecord(form: object): Record<string, unknown> | null {
  if (Object.hasOwn(form, '__proto__')) throw unsafeKey({})
  const record = plainRecord(form)
  return Object.keys(record).length === 0 ? null : record
}

function readMultipart({ bytes, type, limits }: Sent): Record<string, unknown> | null {
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, value] of parseMultipart(bytes, parseHeaderValue(type).params.get('boundary'), limits)) {
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else if (Array.isArray(before)) before.push(value)
    else fields[name] = [before, value]
  }
  return formRecord(fields)
}

/** A body without a content type is text if its bytes are valid UTF-8. */
function readOther({ bytes, type: header }: Sent): unknown {
  const { type, params } = parseHeaderValue(header)
  if (type === '' ? isUtf8(bytes) : isTextType(type)) return readText(bytes, params.get('charset'))
  return fileBytes(bytes, type === '' ? 'application/octet-stream' : header)
}

function charsetOf(type: string): string | undefined {
  return type.includes(';') ? parseHeaderValue(type).params.get('charset') : undefined
}
