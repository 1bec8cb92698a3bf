/** Reads and writes cookies with the functions of `@fastify/cookie`, without its hooks, which would parse the cookies of every request. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Cookie } from '../../engine/services.ts'
import { plainRecord } from './plain-record.ts'

export function cookiesOf(request: FastifyRequest): Record<string, unknown> {
  const header = request.headers.cookie
  return header === undefined ? {} : plainRecord(request.server.parseCookie(header))
}

/** The value of a `set-cookie` header. Throws if the name, domain or path is not valid. */
export function cookieText(cookie: Cookie, reply: FastifyReply): string {
  return reply.server.serializeCookie(cookie.name, cookie.value, {
    ...(cookie.path === undefined ? {} : { path: cookie.path }),
    ...(cookie.domain === undefined ? {} : { domain: cookie.domain }),
    ...(cookie.maxAgeSeconds === undefined ? {} : { maxAge: cookie.maxAgeSeconds }),
    ...(cookie.httpOnly === undefined ? {} : { httpOnly: cookie.httpOnly }),
    ...(cookie.secure === undefined ? {} : { secure: cookie.secure }),
    ...(cookie.sameSite === undefined ? {} : { sameSite: cookie.sameSite }),
  })
}
