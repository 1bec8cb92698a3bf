/** Sends only a part of a reply, or nothing, to a client that has the rest or wants only that part: https://www.rfc-editor.org/rfc/rfc9110#section-13 and 14. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fresh from 'fresh'
import parseRange from 'range-parser'

type HeaderValues = Record<string, string | string[]>

export interface Sent {
  readonly status: number
  readonly headers: HeaderValues
  readonly body: string | Buffer | undefined
}

/** An entity tag that depends only on the bytes. */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

/** Only a 200 to a GET or HEAD is ever sent in part. */
export function inPart(request: FastifyRequest, whole: Sent): Sent {
  const { status, headers, body } = whole
  if (status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return whole
  const { etag, 'last-modified': lastModified } = headers
  if ((etag !== undefined || lastModified !== undefined) && fresh(request.headers, headers)) return notModified(headers)
  if (!(body instanceof Buffer)) return whole
  const ranged = { ...headers, 'accept-ranges': 'bytes' }
  const { range } = request.headers
  if (range === undefined || request.method === 'HEAD' || !isSameAs(request.headers['if-range'], headers))
    return { status, headers: ranged, body }
  return rangeOf(body, range, ranged)
}

function notModified({ 'content-type': _, ...headers }: HeaderValues): Sent {
  return { status: 304, headers, body: undefined }
}

/** A header that is malformed, or asks for another unit or for several ranges, is answered with the whole body, as RFC 9110 allows. */
function rangeOf(body: Buffer, header: string, headers: HeaderValues): Sent {
  const ranges = parseRange(body.length, header, { combine: true })
  if (ranges === -1) {
    const { 'content-type': _, ...others } = headers
    return { status: 416, headers: { ...others, 'content-range': `bytes */${body.length}` }, body: undefined }
  }
  const [range] = ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? [] : ranges
  if (range === undefined) return { status: 200, headers, body }
  const { start, end } = range
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${body.length}` },
    body: body.subarray(start, end + 1),
  }
}

/** Whether the part that a client has is of this body. A strong entity tag or the date of the last change tells. */
function isSameAs(ifRange: string | string[] | undefined, headers: HeaderValues): boolean {
  if (ifRange === undefined) return true
  return (
    typeof ifRange === 'string' &&
    !ifRange.startsWith('W/') &&
    (ifRange === headers.etag || ifRange === headers['last-modified'])
  )
}
