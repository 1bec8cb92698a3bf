/** Renders the fields of an `http` node as one request. */

import type { CompiledTemplate, CompiledValue } from '../../../engine/schema.ts'
import type { HttpRequest } from '../../../engine/services.ts'
import { base64Bytes, isFileBytes } from '../../../engine/values/file-bytes.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { headerValue } from '../../parts/reply-headers.ts'

type CompiledFields = Readonly<Record<string, CompiledValue>>

export interface CompiledRequest {
  readonly method: string
  readonly url: CompiledTemplate
  readonly query?: CompiledFields | undefined
  readonly headers?: CompiledFields | undefined
  readonly body?: CompiledValue | undefined
  readonly form?: CompiledFields | undefined
  readonly multipart?: CompiledFields | undefined
  readonly auth?: { readonly username: CompiledValue<string>; readonly password: CompiledValue<string> } | undefined
}

type Sent = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>

export interface Rendered {
  readonly request: Sent
  /** The body of a form in parts, which is still to be encoded. */
  readonly parts?: FormData
}

/** Throws if a value cannot be sent in its field. */
export function renderRequest(request: CompiledRequest, payload: Payload): Rendered {
  const { method, auth } = request
  const url = addQuery(request.url(payload), fieldsOf('query', request.query, payload))
  const { type, body, parts } = renderBody(request, payload)
  const headers: Record<string, string> = { ...(type === undefined ? {} : { 'content-type': type }) }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const text = headerValue(`headers.${name}`, value(payload))
    if (text !== undefined) headers[name.toLowerCase()] = [text].flat().join(', ')
  }
  if (auth) headers.authorization = basic(auth.username(payload), auth.password(payload))
  const sent = { method, url, headers, ...(body === undefined ? {} : { body }) }
  return { request: sent, ...(parts ? { parts } : {}) }
}

function addQuery(url: string, fields: readonly Field[]): string {
  if (url.trim() === '') throw new Error('url is empty: its template gave nothing.')
  if (fields.length === 0) return url
  // Appended as text, so that the rest of the URL stays as the flow has it. A fragment is never sent.
  const [base = ''] = url.split('#', 1)
  return `${base}${base.includes('?') ? '&' : '?'}${toForm(fields)}`
}

/** Encodes the parts as the body; Node.js chooses the boundary. */
export async function writeParts(request: Sent, parts: FormData): Promise<Sent> {
  const written = new Response(parts)
  const type = written.headers.get('content-type') ?? ''
  return {
    ...request,
    headers: { ...request.headers, 'content-type': type },
    body: new Uint8Array(await written.arrayBuffer()),
  }
}

interface RenderedBody {
  readonly type?: string
  readonly body?: string | Uint8Array
  readonly parts?: FormData
}

function renderBody({ body, form, multipart }: CompiledRequest, payload: Payload): RenderedBody {
  if (form) return { type: 'application/x-www-form-urlencoded', body: toForm(fieldsOf('form', form, payload)) }
  if (multipart) {
    const data = new FormData()
    for (const [name, value] of itemsOf(multipart, payload)) {
      if (isFileBytes(value)) data.append(name, toFile(name, value))
      else data.append(name, toFieldText(`multipart.${name}`, value))
    }
    return { parts: data }
  }
  const value = body?.(payload)
  if (value === undefined) return {}
  // A file without a content type is sent as JSON, since some APIs take a map of an encoding and a content.
  const type = isMap(value) ? value.contentType : undefined
  if (isFileBytes(value) && typeof type === 'string') return { type, body: bytesOf('body', value.content) }
  return typeof value === 'string' ? { body: value } : { type: 'application/json', body: JSON.stringify(value) }
}

type Field = [name: string, text: string]

function fieldsOf(within: string, fields: CompiledFields | undefined, payload: Payload): Field[] {
  return itemsOf(fields, payload).map(([name, item]) => [name, toFieldText(`${within}.${name}`, item)])
}

/** The fields as name and item. A field that is missing or `null` is left out; a list gives a field for each item. */
function itemsOf(fields: CompiledFields | undefined, payload: Payload): [name: string, item: unknown][] {
  return Object.entries(fields ?? {}).flatMap(([name, value]) => {
    const items: readonly unknown[] = [value(payload)].flat()
    return items.filter((item) => item !== undefined && item !== null).map((item): [string, unknown] => [name, item])
  })
}

interface FileMap {
  readonly content: string
  readonly filename?: unknown
  readonly contentType?: unknown
}

/** A file without a name gets that of its field. */
function toFile(field: string, { content, filename, contentType }: FileMap): File {
  const name = typeof filename === 'string' && filename !== '' ? filename : field
  const type = typeof contentType === 'string' ? contentType : 'application/octet-stream'
  return new File([bytesOf(`multipart.${field}`, content)], name, { type })
}

function bytesOf(field: string, content: string): Buffer<ArrayBuffer> {
  const bytes = base64Bytes(content)
  if (bytes === undefined) throw new Error(`${field} cannot be sent: its content is not Base64.`)
  return Buffer.from(bytes)
}

function toFieldText(field: string, value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error(`${field} cannot be sent: it must be text, a number, a boolean or a list of them.`)
}

function toForm(fields: readonly Field[]): string {
  return new URLSearchParams([...fields]).toString()
}

/** Basic authentication. RFC 7617 does not allow a colon in the user's name. */
function basic(username: string, password: string): string {
  if (username.includes(':')) throw new Error('auth.username cannot be sent: it contains a colon.')
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
