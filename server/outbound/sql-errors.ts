/** Errors of flows' queries. The messages quote the database, but never show a URL or a password. */
import { defineError, FlowpotError } from '../../contracts/errors.ts'
import { unreachableReason } from './http-errors.ts'

export const sqlNoConnection = defineError<{ connection: string; reason: string }>(
  'SQL_NO_CONNECTION',
  500,
  ({ connection, reason }) => `The database of ${connection} cannot be reached: ${reason}.`,
)
export const sqlLoginRefused = defineError<{ connection: string; reason: string }>(
  'SQL_LOGIN_REFUSED',
  500,
  ({ connection, reason }) => `The database of ${connection} lets nobody in with the URL that it was given: ${reason}.`,
)
export const sqlQueryFailed = defineError<{ connection: string; reason: string }>(
  'SQL_QUERY_FAILED',
  500,
  ({ connection, reason }) => `The query of ${connection} failed: ${reason}.`,
)
export const sqlTimedOut = defineError<{ connection: string; seconds: number }>(
  'SQL_TIMED_OUT',
  500,
  ({ connection, seconds }) => `The database of ${connection} did not answer within ${seconds} s.`,
)
export const sqlResultTooLarge = defineError<{ max: string }>(
  'SQL_RESULT_TOO_LARGE',
  500,
  ({ max }) => `The query gives more than ${max}.`,
)

/** Codes for a wrong user, password or database: PostgreSQL's classes 28 and 3D, and MySQL's names. */
const loginCodes =
  /^(28...|3D000|ER_ACCESS_DENIED_ERROR|ER_ACCESS_DENIED_NO_PASSWORD_ERROR|ER_DBACCESS_DENIED_ERROR|ER_BAD_DB_ERROR)$/
/** Codes of drivers and servers for connections that ended during a query, or could not begin. 1927 is MariaDB's, for which the driver has no name. */
const lostCodes =
  /^(ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|57P..|53300|08\d{3}|ER_CON_COUNT_ERROR|ER_SERVER_SHUTDOWN|1927)$/
const lostMessages = /^(Connection terminated|Client has encountered|timeout e|Can't add new command|Pool is closed)/

/** Whether the connection that the error came from has ended. */
export function isLost(error: unknown): boolean {
  return lostCodes.test(codeOf(error)) || (error instanceof Error && lostMessages.test(error.message))
}

/** Turns what a driver rejected with into one of the errors above. */
export function sqlError(error: unknown, connection: string): FlowpotError {
  if (error instanceof FlowpotError) return error
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const reason = message.replace(/\.$/, '')
  if (loginCodes.test(code)) return sqlLoginRefused({ connection, reason }, { cause: error })
  const unreachable = unreachableReason(code)
  if (unreachable !== undefined) return sqlNoConnection({ connection, reason: unreachable }, { cause: error })
  if (isLost(error)) {
    return sqlNoConnection({ connection, reason: reason || 'the connection broke off' }, { cause: error })
  }
  return sqlQueryFailed({ connection, reason }, { cause: error })
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && error.code !== undefined) return String(error.code)
  return 'errno' in error ? String(error.errno) : ''
}
