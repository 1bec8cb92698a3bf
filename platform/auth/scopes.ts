/** Decides by scopes which actions an actor may call. What no scope allows is refused. */
import { forbidden } from '../base/refusals.ts'
import type { Actor } from './actor.ts'

/**
 * The scopes that a broad scope includes. An action lists only scopes of an application (`all.Application.read`), which those of
 * organizations and users include, as in Losant.
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

/** The scopes that a device can request for its token. */
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

function scopesOf(actor: Actor): readonly string[] {
  if (actor.kind === 'flow') return ['all.Application']
  return actor.kind === 'anonymous' ? [] : actor.scopes
}

export interface Admission {
  /** The broad scopes that allow the action, as in Losant (`all.Application.read`). `RESOURCE.*` and `RESOURCE.ACTION` always do. */
  readonly scopes: readonly string[]
  /** The action needs no token. */
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

/** Throws 403 if a token with these scopes could do anything that `actor` cannot. */
export function refuseExcess(scopes: readonly string[], actor: Actor): void {
  for (const scope of scopes) {
    const admitting = [scope, 'all.Application', `${scope.split('.')[0]}.*`]
    if (!scopesOf(actor).some((own) => isIncluded(own, admitting))) throw forbidden({ call: scope })
  }
}
