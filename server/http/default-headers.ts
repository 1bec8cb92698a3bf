/** The headers that every reply of an endpoint has unless the flow sets them, and those for pages of other origins (CORS). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApplicationSettings } from '../../engine/application.ts'

type Cors = ApplicationSettings['cors']

const exposed = 'x-request-id, location, retry-after, etag, content-disposition, content-range'

export function setDefaultHeaders(request: FastifyRequest, reply: FastifyReply, cors: Cors): void {
  reply
    .header('x-request-id', request.id)
    .header('cache-control', 'no-cache, no-store, must-revalidate')
    .header('pragma', 'no-cache')
    .header('x-content-type-options', 'nosniff')
  if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000')
  if (typeof cors === 'object') return nameOrigin(request, reply, cors)
  if (cors && request.headers.origin !== undefined) {
    // Any origin is allowed, so never with credentials: to act for a user, a page of another origin needs the user's token.
    reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', exposed)
  }
}

/** Allows pages of the origins that `cors` lists to read the reply. */
export function nameOrigin(request: FastifyRequest, reply: FastifyReply, cors: Exclude<Cors, boolean>): void {
  // Caches must not give the reply for one origin to another.
  reply.header('vary', 'origin')
  const { origin } = request.headers
  if (origin === undefined || !cors.origins.includes(origin)) return
  reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', exposed)
  if (cors.credentials) reply.header('access-control-allow-credentials', 'true')
}

/** Whether a browser asks if a page may call: https://fetch.spec.whatwg.org/#cors-preflight-request. */
export function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

/** Answers OPTIONS on a route that has endpoints, but none for OPTIONS itself. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  reply.code(204).header('allow', methods.join(', '))
  if (reply.hasHeader('access-control-allow-origin')) {
    reply.header('access-control-allow-methods', methods.join(', ')).header('access-control-max-age', '86400')
    const asked = request.headers['access-control-request-headers']
    // The headers are listed, since `*` does not include `authorization`.
    if (asked !== undefined) reply.header('access-control-allow-headers', asked)
  }
  reply.send()
}
