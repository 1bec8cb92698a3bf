/** The errors with which the platform refuses a call, and their form in the REST API. */
import { defineError, FlowpotError } from '../../contracts/errors.ts'
import type { ApiError } from '../../contracts/outcomes.ts'

export const invalid = defineError<{ problem: string }>('PLATFORM_INVALID', 400, ({ problem }) => problem)
export const unauthenticated = defineError('PLATFORM_UNAUTHENTICATED', 401, () => 'Unauthorized')
export const forbidden = defineError<{ call: string }>(
  'PLATFORM_FORBIDDEN',
  403,
  ({ call }) => `The token has no scope that includes ${call}.`,
)
/** A device sees every device that its key admits, but may act only for itself and its peripherals. */
export const notOwnDevice = defineError(
  'PLATFORM_NOT_OWN_DEVICE',
  403,
  () => 'A device may do this only for itself and its peripherals.',
)
export const notFound = defineError<{ what: string }>('PLATFORM_NOT_FOUND', 404, ({ what }) => `${what} was not found`)
export const conflict = defineError<{ problem: string }>('PLATFORM_CONFLICT', 409, ({ problem }) => problem)
export const tooManyAttempts = defineError(
  'PLATFORM_TOO_MANY_ATTEMPTS',
  429,
  () => 'Too many attempts to sign in. Try again later.',
)
export const tooManySignUps = defineError(
  'PLATFORM_TOO_MANY_SIGN_UPS',
  429,
  () => 'Too many people signed up from this network. Try again later.',
)
/** So many passwords wait to be hashed that another one would not be answered in time. */
export const tooManySignIns = defineError(
  'PLATFORM_TOO_MANY_SIGN_INS',
  503,
  () => 'Too many people are signing in. Try again in a few seconds.',
)
/** So many runs wait that another one would not be run in time, and could fill the disk. */
export const tooManyRuns = defineError(
  'PLATFORM_TOO_MANY_RUNS',
  503,
  () => 'Too many runs wait. Try again in a few seconds.',
)
export const settingsInvalid = defineError<{ problem: string }>('PLATFORM_SETTINGS', 500, ({ problem }) => problem)

/** What the REST API calls an error, by its status. */
export const typeByStatus: Readonly<Record<number, string>> = {
  400: 'Validation',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
}

/** What a client is told of an error that is not its own. */
export const platformFailed = 'The platform failed. Its log says why.'

/** An error in the form of the REST API. Clients get a general sentence for errors that are not meant for them. */
export function toApiError(error: unknown): ApiError {
  const type = error instanceof FlowpotError ? typeByStatus[error.status] : undefined
  if (type === undefined || !(error instanceof FlowpotError)) {
    return { type: 'InternalServerError', statusCode: 500, message: platformFailed }
  }
  return { type, statusCode: error.status, message: error.message }
}
