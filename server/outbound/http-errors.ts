/** Errors of flows' HTTP requests. The messages name the host, but never the rest of the URL or a header. */
import { defineError, FlowpotError } from '../../contracts/errors.ts'

export const urlInvalid = defineError<{ url: string; problem: string }>(
  'HTTP_URL_INVALID',
  500,
  ({ url, problem }) => `No request can go to "${url}": ${problem}.`,
)
export const addressForbidden = defineError<{ host: string }>(
  'HTTP_ADDRESS_FORBIDDEN',
  500,
  ({ host }) => `${host} has no public address, and http.allow in application.yaml does not name it.`,
)
export const noConnection = defineError<{ host: string; reason: string }>(
  'HTTP_NO_CONNECTION',
  500,
  ({ host, reason }) => `${host} cannot be reached: ${reason}.`,
)
export const timedOut = defineError<{ host: string; seconds: number }>(
  'HTTP_TIMED_OUT',
  500,
  ({ host, seconds }) => `${host} did not answer within ${seconds} s.`,
)
export const answerTooLarge = defineError<{ host: string; max: number }>(
  'HTTP_ANSWER_TOO_LARGE',
  500,
  ({ host, max }) => `${host} answered with more than ${max} bytes.`,
)
export const answerBroken = defineError<{ host: string; reason: string }>(
  'HTTP_ANSWER_BROKEN',
  500,
  ({ host, reason }) => `${host} gave no answer that could be read: ${reason}.`,
)

/** Codes of Node.js and undici for connections that could not be made. */
const noConnectionReasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refuses connections',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not accept the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it does not accept the connection',
}

/** Turns what a request rejected with into one of the errors above. */
export function httpError(error: unknown, host: string): FlowpotError {
  if (error instanceof FlowpotError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = unreachableReason(code)
  if (reason !== undefined) return noConnection({ host, reason }, { cause: error })
  return answerBroken({ host, reason: brokenReason(code, error) }, { cause: error })
}

/** Why no connection could be made, by a code of Node.js, undici or OpenSSL. `undefined` for other codes. */
export function unreachableReason(code: string): string | undefined {
  return noConnectionReasons[code] ?? tlsReason(code)
}

/** For codes of OpenSSL's verification (`CERT_HAS_EXPIRED`, `UNABLE_TO_VERIFY_LEAF_SIGNATURE`) and of Node.js. */
function tlsReason(code: string): string | undefined {
  if (/CERT|UNABLE_TO_/.test(code)) return `its certificate is not accepted (${code})`
  return /^ERR_SSL_|^EPROTO$/.test(code) ? `no TLS connection comes about (${code})` : undefined
}

function brokenReason(code: string, cause: unknown): string {
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return 'the connection broke off'
  return cause instanceof Error && cause.message !== '' ? cause.message.replace(/\.$/, '') : 'it is not HTTP'
}
