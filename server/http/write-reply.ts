/** Sends a flow's reply. What cannot be sent is found before anything is sent. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { FastifyReply } from 'fastify'
import { defineError } from '../../contracts/errors.ts'
import { listenerHeaders } from '../../engine/listener-headers.ts'
import type { Cookie, Reply } from '../../engine/services.ts'
import { cookieText } from './cookies.ts'
import { etagOf, inPart } from './partial-reply.ts'

const unsendableReply = defineError<{ what: string }>(
  'HTTP_REPLY_UNSENDABLE',
  500,
  ({ what }) => `The flow's reply cannot be sent: ${what}.`,
)

/** Throws `HTTP_REPLY_UNSENDABLE` for a status, header, cookie or body that HTTP or JSON cannot express. */
export function writeReply(reply: FastifyReply, answer: Reply): FastifyReply {
  const { status } = answer
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw unsendableReply({ what: `its status is ${status}` })

  let contentType: string | undefined
  let ownCookies: string[] = []
  const headers: Record<string, string | string[]> = {}
  for (const name in answer.headers) {
    const value = answer.headers[name]
    if (value === undefined || listenerHeaders.has(name)) continue
    checkHeader(name, value)
    if (name === 'content-type') contentType = typeof value === 'string' ? value : value[0]
    else if (name === 'set-cookie') ownCookies = typeof value === 'string' ? [value] : [...value]
    else headers[name] = typeof value === 'string' ? value : [...value]
  }
  if (answer.cookies.length > 0 || ownCookies.length > 0) {
    headers['set-cookie'] = [...ownCookies, ...answer.cookies.map((cookie) => checkedCookie(cookie, reply))]
  }

  const hasBody = answer.body !== undefined && status !== 204 && status !== 205 && status !== 304
  const body = hasBody ? bodyOf(answer) : undefined
  if (body instanceof Buffer) {
    headers['content-type'] = contentType ?? 'application/octet-stream'
    headers.etag ??= etagOf(body)
  } else if (hasBody) {
    headers['content-type'] = contentType === undefined ? defaultType(answer.body) : withCharset(contentType)
  }
  // Caches must not give the reply for one origin to another, whatever else the flow has set.
  if (headers.vary !== undefined && reply.getHeader('vary') === 'origin') headers.vary = `${headers.vary}, origin`
  const sent = inPart(reply.request, { status, headers, body })
  return reply
    .code(sent.status)
    .headers(sent.headers)
    .send(typeof sent.body === 'string' && !isAscii(headers) ? Buffer.from(sent.body) : sent.body)
}

function bodyOf({ body, encoding }: Reply): string | Buffer {
  return encoding === 'base64' && typeof body === 'string' ? Buffer.from(body, 'base64') : bodyText(body)
}

/** Node writes headers in the encoding of the body if that is a string, and otherwise in Latin-1, as clients expect. */
function isAscii(headers: Readonly<Record<string, string | readonly string[]>>): boolean {
  for (const name in headers) if (/[^\0-\x7f]/.test(String(headers[name]))) return false
  return true
}

function defaultType(body: unknown): string {
  return typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'
}

function withCharset(contentType: string): string {
  const isText = contentType.startsWith('text/') || contentType === 'application/json'
  return isText && !contentType.includes('charset') ? `${contentType}; charset=utf-8` : contentType
}

function bodyText(body: unknown): string {
  if (typeof body === 'string') return body
  try {
    const text = JSON.stringify(body)
    if (text !== undefined) return text
  } catch (cause) {
    throw unsendableReply({ what: 'its body is not JSON' }, { cause })
  }
  throw unsendableReply({ what: 'its body is not JSON' })
}

function checkHeader(name: string, value: string | readonly string[]): void {
  try {
    validateHeaderName(name)
    for (const one of typeof value === 'string' ? [value] : value) validateHeaderValue(name, one)
  } catch (cause) {
    throw unsendableReply(
      { what: `its header ${JSON.stringify(name)} has a character that a header cannot have` },
      { cause },
    )
  }
}

function checkedCookie(cookie: Cookie, reply: FastifyReply): string {
  try {
    return cookieText(cookie, reply)
  } catch (cause) {
    throw unsendableReply({ what: `its cookie ${JSON.stringify(cookie.name)} is not well-formed` }, { cause })
  }
}
