/** Errors of flows' MongoDB operations. The messages quote the server, but never show a URL or a password. */
import { defineError, FlowpotError } from '../../contracts/errors.ts'
import { unreachableReason } from './http-errors.ts'

export const mongoNoConnection = defineError<{ connection: string; reason: string }>(
  'MONGO_NO_CONNECTION',
  500,
  ({ connection, reason }) => `The MongoDB server of ${connection} cannot be reached: ${reason}.`,
)
export const mongoLoginRefused = defineError<{ connection: string; reason: string }>(
  'MONGO_LOGIN_REFUSED',
  500,
  ({ connection, reason }) =>
    `The MongoDB server of ${connection} lets nobody in with the URL that it was given: ${reason}.`,
)
export const mongoOperationFailed = defineError<{ connection: string; operation: string; reason: string }>(
  'MONGO_OPERATION_FAILED',
  500,
  ({ connection, operation, reason }) => `The operation ${operation} on ${connection} failed: ${reason}.`,
)
export const mongoDuplicateKey = defineError<{ connection: string; operation: string; reason: string }>(
  'MONGO_DUPLICATE_KEY',
  500,
  ({ connection, operation, reason }) =>
    `The operation ${operation} on ${connection} would make a second document with what a unique index allows once: ${reason}.`,
)
export const mongoTimedOut = defineError<{ connection: string; seconds: number }>(
  'MONGO_TIMED_OUT',
  500,
  ({ connection, seconds }) => `The MongoDB server of ${connection} did not answer within ${seconds} s.`,
)
export const mongoResultTooLarge = defineError<{ connection: string; max: string }>(
  'MONGO_RESULT_TOO_LARGE',
  500,
  ({ connection, max }) => `The MongoDB server of ${connection} gives more than ${max}. Ask for less with a limit.`,
)
export const mongoValueInvalid = defineError<{ written: string; problem: string }>(
  'MONGO_VALUE_INVALID',
  500,
  ({ written, problem }) => `${written} is no value that MongoDB can take: ${problem}.`,
)

/** Codes of the server for a wrong user or password (18), a missing right (13), and both in Atlas (8000). */
const loginCodes: ReadonlySet<unknown> = new Set([13, 18, 8000])
const duplicateCode = 11000
const outOfTimeCode = 50

/** Names of the driver's own errors, which no server has sent. */
const lostNames =
  /^Mongo(ServerSelection|Network|NetworkTimeout|PoolCleared|PoolClosed|TopologyClosed|ClientClosed|NotConnected|WaitQueueTimeout)Error$|^PoolClearedOnNetworkError$/

export interface MongoFailure {
  readonly connection: string
  readonly operation: string
  readonly timeoutMs: number
}

/** Turns what the driver rejected with into one of the errors above. */
export function mongoError(error: unknown, { connection, operation, timeoutMs }: MongoFailure): FlowpotError {
  if (error instanceof FlowpotError) return error
  const code = property(error, 'code')
  const message = error instanceof Error ? error.message : String(error)
  const reason = message.replace(/\.$/, '')
  const options = { cause: error }
  if (loginCodes.has(code)) return mongoLoginRefused({ connection, reason }, options)
  if (code === duplicateCode) return mongoDuplicateKey({ connection, operation, reason }, options)
  if (code === outOfTimeCode) return mongoTimedOut({ connection, seconds: timeoutMs / 1000 }, options)
  const unreachable = reasonBelow(error)
  if (unreachable !== undefined || (error instanceof Error && lostNames.test(error.name))) {
    return mongoNoConnection({ connection, reason: unreachable ?? 'the connection broke off' }, options)
  }
  return mongoOperationFailed({ connection, operation, reason }, options)
}

/** Why no connection could be made, by the error's cause or the errors of the servers that the driver has tried. */
function reasonBelow(error: unknown, levels = 5): string | undefined {
  if (typeof error !== 'object' || error === null || levels === 0) return undefined
  const own = unreachableReason(String(property(error, 'code')))
  if (own !== undefined) return own
  const servers = property(property(error, 'reason'), 'servers')
  const tried = servers instanceof Map ? [...servers.values()].map((server) => property(server, 'error')) : []
  for (const below of [property(error, 'cause'), ...tried]) {
    const found = reasonBelow(below, levels - 1)
    if (found !== undefined) return found
  }
  return undefined
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
