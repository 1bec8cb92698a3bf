/** Who calls an action. */
import type { Base } from '../base/base.ts'

export type Actor =
  /** A flow, which acts for the application itself. */
  | { readonly kind: 'flow' }
  /** The bearer of an application API token. */
  | { readonly kind: 'apiToken'; readonly apiTokenId: string; readonly scopes: readonly string[] }
  /** A device that signed in with an access key. It sees only the devices that its key admits. */
  | {
      readonly kind: 'device'
      readonly deviceId: string
      readonly applicationKeyId: string
      readonly scopes: readonly string[]
    }
  /** The administrator who signed in with the address and password of the settings, or who can read the data folder of the server. */
  | { readonly kind: 'administrator'; readonly scopes: readonly string[] }
  /** A caller without a valid token. */
  | { readonly kind: 'anonymous' }

export const flowActor: Actor = { kind: 'flow' }
export const anonymousActor: Actor = { kind: 'anonymous' }

export interface Caller {
  readonly platform: Base
  readonly actor: Actor
}
