/** Converts a response to what an `http` node puts on the payload. */
import {
  anything,
  headersShape,
  numberShape,
  objectShape,
  type Shape,
  scalar,
} from '../../../engine/json-schema/shape.ts'
import type { HttpRequest, HttpResponse } from '../../../engine/services.ts'
import { decodeText } from '../../../engine/values/decode-text.ts'
import { parseJson } from '../../../engine/values/json.ts'

export const encodings = ['auto', 'json', 'text', 'base64'] as const
export type Encoding = (typeof encodings)[number]

/** As in Losant, except for the headers and the query of the request: they contain secrets, and a flow may log or send the result. */
export const responseShape: Shape = objectShape({
  statusCode: numberShape,
  headers: headersShape,
  body: anything,
  requestDuration: numberShape,
  request: objectShape({ method: scalar, uri: scalar }),
})

export interface Exchange {
  readonly request: Pick<HttpRequest, 'method' | 'url'>
  readonly response: HttpResponse
  readonly ms: number
}

export function toResult({ request, response, ms }: Exchange, encoding: Encoding): object {
  return {
    statusCode: response.status,
    headers: response.headers,
    body: readBody(response, encoding),
    requestDuration: ms,
    request: { method: request.method, uri: request.url.split(/[?#]/, 1)[0] },
  }
}

/** A body that is JSON by its type, but broken or beyond the limits of a payload, stays text, so that the flow can see it. */
function readBody({ headers, body }: HttpResponse, encoding: Encoding): unknown {
  if (encoding === 'base64') return Buffer.from(body).toString('base64')
  const type = String(headers['content-type'] ?? '')
  const text = decode(body, type)
  const isJson =
    encoding === 'json' || (encoding === 'auto' && /^(?:application|text)\/(?:[^\s;]+\+)?json\b/i.test(type))
  if (!isJson) return text
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

function decode(body: Uint8Array, type: string): string {
  const [, charset = 'utf-8'] = /;\s*charset="?([^";\s]+)/i.exec(type) ?? []
  try {
    return decodeText(body, new TextDecoder(charset))
  } catch {
    // The charset is unknown.
    return new TextDecoder().decode(body)
  }
}
