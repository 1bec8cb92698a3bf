/** What signing in needs besides `Base`: passwords, tokens, limits, and the administrator. */
import type { Base } from '../base/base.ts'
import { createKnownNetworks } from './known-networks.ts'
import { createLimiters, type Limiters, type Limits } from './limiter.ts'
import { createPasswords, type PasswordCost, type Passwords } from './passwords.ts'
import { hashSecret } from './secrets.ts'
import { createSignUps, type SignUps } from './sign-ups.ts'
import { createTokens, type Tokens } from './tokens.ts'

export interface AuthSettings {
  /** Signs tokens; at least 32 characters. */
  readonly signingKey: string
  /** How long an experience user's token lasts unless the flow says otherwise. */
  readonly userTokenTtlSeconds: number
  /** Who may sign in with `auth.authenticateUser`. Without it nobody may. */
  readonly administrator?: Administrator
  /** May do everything for as long as this process runs, and is kept in no store. Begins with `apiTokenPrefix`. */
  readonly operatorToken?: string
  /** The cost of hashing a password, which tests lower. */
  readonly passwordCost?: PasswordCost
  readonly signInLimits?: Limits
  /** How many users one network may create in an hour through flows. */
  readonly signUpsPerHour: number
}

export interface Administrator {
  readonly email: string
  readonly password: string
}

export interface AuthBase extends Base {
  readonly settings: AuthSettings
  /** Hash of the operator's token, if there is one. */
  readonly operatorHash: string | undefined
  readonly passwords: Passwords
  readonly tokens: Tokens
  readonly limiters: Limiters
  readonly signUps: SignUps
}

export function createAuthBase(base: Base, settings: AuthSettings): AuthBase {
  return {
    ...base,
    settings,
    operatorHash: settings.operatorToken === undefined ? undefined : hashSecret(settings.operatorToken),
    passwords: createPasswords(settings.passwordCost),
    tokens: createTokens(settings.signingKey, base.applicationId, base.clock),
    limiters: createLimiters(createKnownNetworks(base, settings.signingKey), settings.signInLimits),
    signUps: createSignUps(settings.signUpsPerHour),
  }
}
