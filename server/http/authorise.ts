/** Who sends a request, and whether the endpoint lets them in. */
import type { FastifyRequest } from 'fastify'
import type { UserRecord, VerifiedUser } from '../../contracts/users.ts'
import type { Access } from '../../engine/trigger.ts'
import { cookiesOf } from './cookies.ts'

export type CallingDevice = { readonly id: string } & Readonly<Record<string, unknown>>

export interface Verifiers {
  readonly users: { verifyToken(token: string): Promise<VerifiedUser | null> }
  readonly devices: { verifyToken(token: string): Promise<CallingDevice | null> }
}

export interface Caller {
  readonly user: UserRecord | null
  readonly device: CallingDevice | null
  readonly authInfo: VerifiedUser['authInfo'] | null
}

export const anonymous: Caller = { user: null, device: null, authInfo: null }

/** The token of a request: a Bearer header, the cookie `authorization`, or the query parameter `authorization`. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization
  const bearer = header === undefined ? undefined : bearerToken(header)
  if (bearer !== undefined) return bearer
  return (
    nonEmptyText(request.headers.cookie === undefined ? undefined : cookiesOf(request).authorization) ??
    nonEmptyText(queryOf(request).authorization)
  )
}

/** The token in an `authorization` header; RFC 9110 has the scheme in any case. */
export function bearerToken(header: string): string | undefined {
  return /^bearer +([^ ].*)$/i.exec(header)?.[1]?.trimEnd()
}

export function identify(access: Access, token: string, verify: Verifiers): Promise<Caller> {
  return access === 'device'
    ? verify.devices.verifyToken(token).then(deviceCaller)
    : verify.users.verifyToken(token).then(userCaller)
}

function userCaller(verified: VerifiedUser | null): Caller {
  return verified === null ? anonymous : { user: verified.user, device: null, authInfo: verified.authInfo }
}

function deviceCaller(device: CallingDevice | null): Caller {
  return device === null ? anonymous : { user: null, device, authInfo: null }
}

/** The status that turns the caller away, if one does. */
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
  // Fastify types the query as unknown; its parser gives an object.
  return request.query as Record<string, unknown>
}

function nonEmptyText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
