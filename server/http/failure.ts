/** Decides what a client may see of an error: the message if the request caused it, and otherwise only that something failed. */
import { FlowpotError } from '../../contracts/errors.ts'
import { namedRefusal } from './refusals.ts'

export interface Failure {
  readonly status: number
  readonly message: string
  /** Only Flowpot's own errors have one. */
  readonly code: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

export function failureOf(thrown: unknown): Failure {
  const error = namedRefusal(thrown)
  if (error instanceof FlowpotError) {
    const message = error.status === 500 ? 'Internal Server Error' : error.message
    return { status: error.status, message, code: error.code, headers: error.headers }
  }
  const status = statusOf(error)
  // Fastify's errors below 500 describe the request, so the client may see the message.
  if (error instanceof Error && status < 500) return { status, message: error.message, code: undefined, headers: {} }
  return { status: 500, message: 'Internal Server Error', code: undefined, headers: {} }
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error) || !('code' in error)) return 500
  const isFastifys = typeof error.code === 'string' && error.code.startsWith('FST_')
  return isFastifys && typeof error.statusCode === 'number' && error.statusCode >= 400 ? error.statusCode : 500
}
