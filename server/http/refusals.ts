/** Error codes for requests that Node or Fastify refuse, most of them before a run begins. */
import type { FastifyInstance } from 'fastify'
import { defineError, type FlowpotError } from '../../contracts/errors.ts'

const malformed = defineError('HTTP_MALFORMED', 400, () => 'The request is not well-formed HTTP.')
const methodUnknown = defineError('HTTP_METHOD_UNKNOWN', 400, () => 'The method is not known.')
const arrivedTooLate = defineError('HTTP_ARRIVED_TOO_LATE', 408, () => 'The request took too long to arrive.')
const headersTooLarge = defineError('HTTP_HEADERS_TOO_LARGE', 431, () => 'The headers are too large.')
const urlMalformed = defineError('HTTP_URL_MALFORMED', 400, () => 'The URL is not well-formed.')
const notOneHost = defineError('HTTP_NOT_ONE_HOST', 400, () => 'The request must have one Host header.')
export const bodyTooLarge = defineError('HTTP_BODY_TOO_LARGE', 413, () => 'Request body is too large')
const bodyLengthWrong = defineError(
  'HTTP_BODY_LENGTH_WRONG',
  400,
  () => 'Request body size did not match Content-Length',
)
const mediaTypeUnknown = defineError<{ reason: string }>('HTTP_MEDIA_TYPE_UNKNOWN', 415, ({ reason }) => reason)

const ofParser: Readonly<Record<string, typeof malformed>> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: arrivedTooLate,
  HPE_INVALID_METHOD: methodUnknown,
}

/** The error for the code with which Node's parser rejected a request. */
export function refusalOfParser(code: string): FlowpotError {
  return (ofParser[code] ?? malformed)({})
}

const ofFastify: Readonly<Record<string, (error: Error) => FlowpotError>> = {
  FST_ERR_BAD_URL: () => urlMalformed({}),
  FST_ERR_CTP_BODY_TOO_LARGE: () => bodyTooLarge({}),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => bodyLengthWrong({}),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ({ message }) => mediaTypeUnknown({ reason: message }),
}

/** Replaces an error of Fastify's by the one with our code. Returns any other error as it is. */
export function namedRefusal(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return error
  return ofFastify[error.code]?.(error) ?? error
}

/**
 * Refuses requests without exactly one Host header: https://www.rfc-editor.org/rfc/rfc9112#section-3.2. Node accepts several and uses the
 * first, while a proxy in front of it may have used another one.
 */
export function requireOneHost(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw, id }, _reply, done) => {
    let hosts = 0
    for (let at = 0; at < raw.rawHeaders.length; at += 2) {
      const name = raw.rawHeaders[at]
      if (name?.length === 4 && name.toLowerCase() === 'host') hosts++
    }
    const isOld = raw.httpVersionMajor === 1 && raw.httpVersionMinor === 0
    if (hosts === 1 || (hosts === 0 && isOld)) done()
    else done(notOneHost({}, { headers: { connection: 'close', 'x-request-id': id } }))
  })
}
