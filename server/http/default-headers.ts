/** Headers of every reply of an endpoint that the flow does not set itself, and the answer to a browser that asks before it calls. */
import type { FastifyReply, FastifyRequest } from 'fastify'

export function setDefaultHeaders(request: FastifyRequest, reply: FastifyReply, cors: boolean): void {
  reply
    .header('x-request-id', request.id)
    .header('cache-control', 'no-cache, no-store, must-revalidate')
    .header('pragma', 'no-cache')
    .header('x-content-type-options', 'nosniff')
  if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000')
  if (cors && request.headers.origin !== undefined) {
    // Any origin, so never with credentials: a page of another origin that wants to act for a user needs the user's token.
    reply
      .header('access-control-allow-origin', '*')
      .header('access-control-expose-headers', 'x-request-id, location, retry-after')
  }
}

/** Answers OPTIONS on a route that has endpoints, but none for OPTIONS itself. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  reply.code(204).header('allow', methods.join(', '))
  if (request.headers.origin !== undefined) {
    reply.header('access-control-allow-methods', methods.join(', ')).header('access-control-max-age', '86400')
    const asked = request.headers['access-control-request-headers']
    // Named one by one, since `*` does not cover `authorization`.
    if (asked !== undefined) reply.header('access-control-allow-headers', asked)
  }
  reply.send()
}
