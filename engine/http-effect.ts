import { isUtf8 } from 'node:buffer'
import { type Effect, resultOf, type StubAnswer } from './effect.ts'
import { loggableUrl } from './secret-names.ts'
import type { HttpRequest, HttpResponse } from './services.ts'
import { jsonOrText } from './values/json.ts'

/** A response with its body as text, if it is text. */
interface LegibleResponse extends Omit<HttpResponse, 'body'> {
  readonly body: string | Uint8Array
}

export const http: Effect<[HttpRequest], HttpResponse> = {
  describe: ({ signal: _, body, ...request }) => (body === undefined ? request : { ...request, body: legible(body) }),
  tell: ({ status, headers, body }) => ({ result: { status, headers, body: legible(body) } }),
  restore: (told) => {
    const { body, ...response } = resultOf<LegibleResponse>(told)
    return { ...response, body: Uint8Array.from(Buffer.from(body)) }
  },
  dry: () => ({ status: 200, headers: {}, body: new Uint8Array() }),
  sent: {
    show: ({ method, url, headers, body }: HttpRequest) => ({
      method,
      url: shownUrl(url),
      headers,
      ...shownBody(body, headers['content-type']),
    }),
    showResult: ({ status, headers, body }: LegibleResponse) => ({
      status,
      headers,
      ...shownBody(body, String(headers['content-type'] ?? '')),
    }),
    expected: ['method', 'url', 'body'],
    unsent: 'not sent, and answered 200 without a body; --live sends it',
  },
  stub: {
    does: 'makes an HTTP request',
    example: '{ status: 200, body: {} }',
    fields: ['status', 'body', 'headers'],
    answer: stubbedResponse,
  },
}

function legible(body: string | Uint8Array): string | Uint8Array {
  return typeof body !== 'string' && isUtf8(body) ? Buffer.from(body).toString() : body
}

/** Hides a URL with a user and a password: its request is refused, but it would be listed. */
function shownUrl(url: string): string {
  const isPlain = URL.canParse(url) && new URL(url).username === '' && new URL(url).password === ''
  return isPlain ? loggableUrl(url) : '[no URL that can be requested]'
}

/** Shows a body parsed, so that secrets in it are found by their names. */
function shownBody(body: string | Uint8Array | undefined, type = ''): { body?: unknown } {
  if (body === undefined || body.length === 0) return {}
  const text = legible(body)
  if (typeof text !== 'string') return { body: `[${text.length} bytes]` }
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return { body: loggableUrl(`?${text}`).slice(1) }
  return { body: jsonOrText(text) }
}

function stubbedResponse({ status = 200, headers = {}, body }: StubAnswer): HttpResponse {
  const isJson = body !== undefined && typeof body !== 'string'
  return {
    status,
    headers: {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    },
    body: Buffer.from(body === undefined ? '' : isJson ? JSON.stringify(body) : body),
  }
}
