/** Turns a request's body into what a flow reads: JSON, forms and multipart parsed, anything else as text, `null` where it is empty. */
import { parse as parseForm } from 'node:querystring'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { defineError, type FlowpotError } from '../../contracts/errors.ts'
import { type JsonFault, parseJson, UnreadableJson } from '../../engine/values/json.ts'
import { plainRecord } from './plain-record.ts'

/** A file of a multipart body. */
export interface UploadedFile {
  readonly filename: string
  readonly contentType: string
  readonly encoding: 'base64'
  readonly content: string
}

const notJson = defineError('HTTP_BODY_NOT_JSON', 400, () => 'The body is not valid JSON.')
const unsafeKey = defineError(
  'HTTP_BODY_UNSAFE_KEY',
  400,
  () => 'The body has a key that is not allowed, such as __proto__.',
)
const tooDeep = defineError('HTTP_BODY_TOO_DEEP', 400, () => 'The body is nested too deep.')
const notMultipart = defineError(
  'HTTP_BODY_NOT_MULTIPART',
  400,
  () => 'The body is not the multipart form that its content type says.',
)

export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  addJsonParser(app, 'application/json')
  addJsonParser(app, /^application\/[\w.-]+\+json/)
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, formRecord(parseForm(body, '&', '=', { maxKeys: 0 })))
    },
  )
  app.addContentTypeParser<Buffer>('multipart/form-data', { parseAs: 'buffer' }, parseMultipart)
  app.addContentTypeParser<string>('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body === '' ? null : body)
  })
}

export function addJsonParser(app: FastifyInstance, contentType: string | RegExp): void {
  app.addContentTypeParser<string>(contentType, { parseAs: 'string' }, (_request, body, done) => {
    let value: unknown = null
    try {
      if (body !== '') value = parseJson(body)
    } catch (error) {
      return done(refusalOf(error))
    }
    done(null, value)
  })
}

const refusals: Readonly<Record<JsonFault, () => FlowpotError>> = {
  syntax: () => notJson({}),
  depth: () => tooDeep({}),
  key: () => unsafeKey({}),
}

function refusalOf(error: unknown): Error {
  if (!(error instanceof UnreadableJson)) throw error
  return refusals[error.fault]()
}

/** A form is `null` where it has no field. */
function formRecord(form: object): Record<string, unknown> | null {
  if (Object.hasOwn(form, '__proto__')) throw unsafeKey({})
  const record = plainRecord(form)
  return Object.keys(record).length === 0 ? null : record
}

/** Node's own parser: the body is in memory anyway and within the limit, and no hook runs on requests that are not multipart. */
async function parseMultipart(request: FastifyRequest, body: Buffer): Promise<Record<string, unknown> | null> {
  if (body.length === 0) return null
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  const form = await new Response(body, { headers }).formData().catch((cause: unknown) => {
    throw notMultipart({}, { cause })
  })
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, part] of form) {
    const value = typeof part === 'string' ? part : await uploadedFile(part)
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else if (Array.isArray(before)) before.push(value)
    else fields[name] = [before, value]
  }
  return formRecord(fields)
}

async function uploadedFile(file: File): Promise<UploadedFile> {
  const content = Buffer.from(await file.arrayBuffer()).toString('base64')
  return { filename: file.name, contentType: file.type, encoding: 'base64', content }
}
