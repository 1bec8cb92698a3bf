/** Errors of flows' Redis commands. The messages quote the server, but never show a URL or a password. */
import { defineError, FlowpotError } from '../../contracts/errors.ts'
import { unreachableReason } from './http-errors.ts'

export const redisNoConnection = defineError<{ connection: string; reason: string }>(
  'REDIS_NO_CONNECTION',
  500,
  ({ connection, reason }) => `The Redis server of ${connection} cannot be reached: ${reason}.`,
)
export const redisLoginRefused = defineError<{ connection: string; reason: string }>(
  'REDIS_LOGIN_REFUSED',
  500,
  ({ connection, reason }) =>
    `The Redis server of ${connection} lets nobody in with the URL that it was given: ${reason}.`,
)
export const redisCommandFailed = defineError<{ connection: string; command: string; reason: string }>(
  'REDIS_COMMAND_FAILED',
  500,
  ({ connection, command, reason }) => `The command ${command} on ${connection} failed: ${reason}.`,
)
export const redisTimedOut = defineError<{ connection: string; seconds: number }>(
  'REDIS_TIMED_OUT',
  500,
  ({ connection, seconds }) => `The Redis server of ${connection} did not answer within ${seconds} s.`,
)
export const redisReplyTooLarge = defineError<{ connection: string; max: number }>(
  'REDIS_REPLY_TOO_LARGE',
  500,
  ({ connection, max }) => `The Redis server of ${connection} replies with more than ${max} bytes.`,
)

/** Turns what the client rejected with into one of the errors above. `lost` is the error that ended its connection, if one has. */
export function redisError(
  error: unknown,
  { connection, command, lost }: { connection: string; command: string; lost: Error | undefined },
): FlowpotError {
  if (error instanceof FlowpotError) return error
  // The reply is something that no payload can hold.
  if (error instanceof SyntaxError)
    return redisCommandFailed({ connection, command, reason: error.message.replace(/\.$/, '') })
  const refusal = replyOf(error) ?? replyOf(lost)
  if (refusal === undefined) {
    const cause = lost ?? error
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    return redisNoConnection({ connection, reason: unreachableReason(code) ?? 'the connection broke off' }, { cause })
  }
  const reason = refusal.replace(/\.$/, '')
  if (/^(WRONGPASS|NOAUTH)\b|^ERR (AUTH|invalid password|invalid DB|DB index)/.test(reason)) {
    return redisLoginRefused({ connection, reason }, { cause: error })
  }
  return redisCommandFailed({ connection, command, reason }, { cause: error })
}

/** The server's own answer, if the error is one. */
function replyOf(error: unknown): string | undefined {
  return error instanceof Error && error.name === 'ReplyError' ? error.message : undefined
}
