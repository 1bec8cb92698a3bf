/** What a client is told of an error: of one of its own making all, of ours nothing but where to find it in the log. */
import { FlowpotError } from '../../contracts/errors.ts'
import { namedRefusal } from './refusals.ts'

export interface Failure {
  readonly status: number
  readonly message: string
  /** Of Flowpot's own errors. */
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
  // Below 500 it is Fastify's word on the request.
  if (error instanceof Error && status < 500) return { status, message: error.message, code: undefined, headers: {} }
  return { status: 500, message: 'Internal Server Error', code: undefined, headers: {} }
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error) || !('code' in error)) return 500
  const isFastifys = typeof error.code === 'string' && error.code.startsWith('FST_')
  return isFastifys && typeof error.statusCode === 'number' && error.statusCode >= 400 ? error.statusCode : 500
}
