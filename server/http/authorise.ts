/** Finds out who sends a request, and whether the endpoint lets them in. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UserRecord, VerifiedUser } from '../../contracts/users.ts'
import type { ApplicationSettings } from '../../engine/application.ts'
import type { Access } from '../../engine/trigger.ts'
import { cookiesOf } from './cookies.ts'

export type CallingDevice = { readonly id: string } & Readonly<Record<string, unknown>>

export interface Verifiers {
  readonly users: { verifyToken(token: string): Promise<VerifiedUser | null> }
  readonly devices: { verifyToken(token: string, address: string): Promise<CallingDevice | null> }
}

export interface Caller {
  readonly user: UserRecord | null
  readonly device: CallingDevice | null
  readonly authInfo: VerifiedUser['authInfo'] | null
}

export const anonymous: Caller = { user: null, device: null, authInfo: null }

export interface TokenRules {
  readonly cors: ApplicationSettings['cors']
  /** Whether the token may also come in the query, which stays in browser histories and in the logs of proxies. */
  readonly takesQuery: boolean
}

/** The token of a request: a Bearer header, the cookie `authorization`, or the query parameter `authorization`. */
export function tokenOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { cors, takesQuery }: TokenRules,
): string | undefined {
  const { authorization, cookie } = request.headers
  const bearer = authorization === undefined ? undefined : bearerToken(authorization)
  if (bearer !== undefined) return bearer
  const kept = cookie === undefined ? undefined : nonEmptyText(cookiesOf(request).authorization)
  if (kept !== undefined && !isForged(request, cors)) return kept
  const shown = takesQuery ? nonEmptyText(queryOf(request).authorization) : undefined
  // Otherwise a link on the page would send its URL, and the token in it, to another site.
  if (shown !== undefined) reply.header('referrer-policy', 'no-referrer')
  return shown
}

/**
 * Whether a page of another site may have made the browser send the user's cookies with a request that changes something. `SameSite` already
 * prevents that, unless the flow has set it to `none`. https://www.w3.org/TR/fetch-metadata/
 */
function isForged(request: FastifyRequest, cors: ApplicationSettings['cors']): boolean {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false
  const { origin, 'sec-fetch-site': site } = headers
  if (typeof cors === 'object' && cors.credentials && origin !== undefined && cors.origins.includes(origin))
    return false
  if (site !== undefined) return site === 'cross-site'
  // Older browsers, and all browsers on plain HTTP, send only the origin.
  return origin !== undefined && origin.replace(/^https?:\/\//, '').toLowerCase() !== request.host.toLowerCase()
}

/** The token in an `authorization` header. The scheme may be written in upper or lower case, RFC 9110, 11.1. */
export function bearerToken(header: string): string | undefined {
  return /^bearer +([^ ].*)$/i.exec(header)?.[1]?.trimEnd()
}

/** `address` is where the token was sent from. */
export function identify(access: Access, token: string, address: string, verify: Verifiers): Promise<Caller> {
  return access === 'device'
    ? verify.devices.verifyToken(token, address).then(deviceCaller)
    : verify.users.verifyToken(token).then(userCaller)
}

function userCaller(verified: VerifiedUser | null): Caller {
  return verified === null ? anonymous : { user: verified.user, device: null, authInfo: verified.authInfo }
}

function deviceCaller(device: CallingDevice | null): Caller {
  return device === null ? anonymous : { user: null, device, authInfo: null }
}

/** The status with which the caller is refused, if so. */
export function refusal(access: Access, caller: Caller): 401 | 403 | undefined {
  if (access === 'public') return undefined
  if (access === 'device') return caller.device === null ? 401 : undefined
  if (caller.user === null) return 401
  if (access === 'authenticated') return undefined
  return isInGroup(caller.user, access.groups) ? undefined : 403
}

function isInGroup(user: UserRecord, names: readonly string[]): boolean {
  const groups = user.experienceGroups
  return (
    Array.isArray(groups) &&
    groups.some(
      (group: unknown) =>
        typeof group === 'object' && group !== null && 'name' in group && names.some((name) => name === group.name),
    )
  )
}

function queryOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  // Fastify types the query as unknown, but its parser returns an object.
  return request.query as Record<string, unknown>
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
