/** Who calls an action. */
import type { Base } from '../base/base.ts'

/** A flow, which acts for the application itself. */
export interface FlowActor {
  readonly kind: 'flow'
}

/** The bearer of an application API token. */
export interface TokenActor {
  readonly kind: 'apiToken'
  readonly apiTokenId: string
  readonly scopes: readonly string[]
}

/** A device that signed in with an access key. It sees only the devices that its key admits. */
export interface DeviceActor {
  readonly kind: 'device'
  readonly deviceId: string
  readonly applicationKeyId: string
  readonly scopes: readonly string[]
}

/** The administrator who signed in with the address and password of the settings, or who can read the data folder of the server. */
export interface AdministratorActor {
  readonly kind: 'administrator'
  readonly scopes: readonly string[]
}

/** A caller without a valid token. */
export interface AnonymousActor {
  readonly kind: 'anonymous'
}

export type Actor = FlowActor | TokenActor | DeviceActor | AdministratorActor | AnonymousActor

export const flowActor: FlowActor = { kind: 'flow' }
export const anonymousActor: AnonymousActor = { kind: 'anonymous' }

export interface Caller {
  readonly platform: Base
  readonly actor: Actor
}
