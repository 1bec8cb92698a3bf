/** Which scope lets whom do what. The default is no. */
import type { Actor } from './actor.ts'

/**
 * What a broad scope includes besides itself. An action lists the broad scopes that include it (`all.Application.read`); those of
 * organizations and users stand above an application's, as in Losant.
 */
const includes: Readonly<Record<string, readonly string[]>> = {
  'all.Application': ['all.Application.read', 'all.Application.cli', 'all.Device', 'all.Device.read'],
  'all.Device': ['all.Device.read'],
  'all.Organization': ['all.Application'],
  'all.Organization.read': ['all.Application.read'],
  'all.User': ['all.Application'],
  'all.User.read': ['all.Application.read'],
  'all.User.cli': ['all.Application.cli'],
}

/** Scopes that a device's token can have, where it asks for less than `all.Device`. */
export const deviceScopes = [
  'all.Device',
  'all.Device.read',
  'data.export',
  'data.timeSeriesQuery',
  'data.lastValueQuery',
  'device.commandStream',
  'device.get',
  'device.getCompositeState',
  'device.getState',
  'device.stateStream',
  'device.getLogEntries',
  'device.getCommand',
  'device.debug',
  'device.sendState',
  'device.sendCommand',
  'device.setConnectionStatus',
  'devices.get',
  'devices.sendCommand',
] as const

export function scopesOf(actor: Actor): readonly string[] {
  if (actor.kind === 'flow') return ['all.Application']
  return actor.kind === 'anonymous' ? [] : actor.scopes
}

/** Whom an action admits. */
export interface Admission {
  /** Broad scopes that include the action, besides `RESOURCE.*` and `RESOURCE.ACTION`: Losant's (`all.Application.read`). */
  readonly scopes: readonly string[]
  /** Whether the action needs no token. */
  readonly isPublic?: boolean
}

/** Whether `actor` may do `RESOURCE.ACTION`. */
export function isAllowed(actor: Actor, resource: string, action: string, declared: Admission): boolean {
  if (declared.isPublic) return true
  const admitting = [...declared.scopes, `${resource}.*`, `${resource}.${action}`]
  return scopesOf(actor).some((scope) => isIncluded(scope, admitting))
}

function isIncluded(scope: string, admitting: readonly string[]): boolean {
  if (admitting.includes(scope)) return true
  return Object.hasOwn(includes, scope) && (includes[scope] ?? []).some((below) => isIncluded(below, admitting))
}

/** Whether a token with `scope` could do what `actor` cannot. */
export function exceeds(scope: string, actor: Actor): boolean {
  const [resource = ''] = scope.split('.')
  return !scopesOf(actor).some((own) => isIncluded(own, [scope, 'all.Application', `${resource}.*`]))
}
