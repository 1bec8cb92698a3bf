/** Turns the errors of PostgreSQL and its driver into those of the store. */
import { FlowpotError } from '../../contracts/errors.ts'
import {
  storeBusy,
  storeClosed,
  storeConstraint,
  storeFull,
  storeQueryFailed,
  storeReadOnly,
  storeTextNul,
  storeUnavailable,
} from './errors.ts'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; errors without such a code are about the connection. */
export function toStoreError(cause: unknown): unknown {
  if (cause instanceof FlowpotError) return cause
  const code = codeOf(cause)
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) {
    const isClosed = cause instanceof Error && cause.message.includes('after calling end on the pool')
    return isClosed ? storeClosed({}, { cause }) : storeUnavailable({}, { cause })
  }
  if (code === '40001' || code === '40P01') return storeBusy('writes collide. Try again.', cause)
  if (code === '55P03' || code === '57014') return storeBusy('a query took too long. Try again.', cause)
  if (code === '53100') return storeFull({}, { cause })
  if (code === '25006') return storeReadOnly({}, { cause })
  if (code === '22021') return storeTextNul({}, { cause })
  if (code.startsWith('23')) return storeConstraint({}, { cause })
  if (/^(08|53|57P|58|XX|25P03|28|3D)/.test(code)) return storeUnavailable({}, { cause })
  return storeQueryFailed({}, { cause })
}

/** Whether PostgreSQL canceled the query, usually because it took too long. */
export function isCanceled(error: unknown): boolean {
  return error instanceof Error && codeOf(error.cause) === '57014'
}

/** Whether PostgreSQL ended the transaction in favour of another one. The work of the write may have wrapped the error. */
export function isCollision(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01' || (error instanceof Error && isCollision(error.cause))
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
