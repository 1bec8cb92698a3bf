/** What every resource and listener shares: the store, the clock, and what signs and checks. */

import type { Clock } from '../contracts/clock.ts'
import type { Random } from '../contracts/random.ts'
import { createDevices, type Devices } from './auth/device-tokens.ts'
import { createLimiters, type Limiters, type Limits } from './auth/limiter.ts'
import { createPasswords, type PasswordCost, type Passwords } from './auth/passwords.ts'
import { createSignUps, type SignUps } from './auth/sign-ups.ts'
import { createTokens, type Tokens } from './auth/tokens.ts'
import { createUsers, type UserAccounts } from './auth/users.ts'
import { createEvents, type Events } from './base/events.ts'
import { createIds } from './base/ids.ts'
import { settingsInvalid } from './base/refusals.ts'
import { sharedValidator, type Validator } from './base/validate.ts'
import { createWatchList, type WatchList } from './runs/watches.ts'
import { createStateWriter, type StateWriter } from './state/state-writer.ts'
import type { Store } from './store/store.ts'

export interface PlatformLog {
  error(details: unknown, message: string): void
}

export interface PlatformSettings {
  /** 24 hexadecimal digits. Without it the store keeps the one that it has, or gets a new one. */
  readonly applicationId?: string
  readonly applicationName: string
  /** Signs tokens; at least 32 characters. */
  readonly signingKey: string
  /** How long an experience user's token lasts where the flow does not say. */
  readonly userTokenTtlSeconds: number
  /** Who may sign in at `auth.authenticateUser`; without it nobody. */
  readonly administrator?: { readonly email: string; readonly password: string }
  /** For tests: what hashing a password costs. */
  readonly passwordCost?: PasswordCost
  readonly signInLimits?: Limits
  /** Users that one network may make in an hour, through flows. */
  readonly signUpsPerHour: number
}

export interface Platform {
  readonly store: Store
  readonly settings: PlatformSettings
  readonly applicationId: string
  readonly clock: Clock
  readonly random: Random
  /** A new ID, later in order than those before it. */
  readonly newId: () => string
  readonly passwords: Passwords
  readonly tokens: Tokens
  readonly limiters: Limiters
  readonly signUps: SignUps
  readonly users: UserAccounts
  /** The devices that sign in. */
  readonly devices: Devices
  /** Throws `PLATFORM_INVALID` (400) where parameters do not fit a schema. */
  readonly validate: Validator
  readonly events: Events
  /** What starts flows, besides requests. */
  readonly watches: WatchList
  readonly states: StateWriter
  readonly log: PlatformLog
}

const quiet: PlatformLog = { error() {} }

/** Opens the platform on a store that has its tables. The store's one application is made on first use and takes its name from the settings. */
export async function createPlatform(
  store: Store,
  settings: PlatformSettings,
  clock: Clock,
  random: Random,
  log: PlatformLog = quiet,
): Promise<Platform> {
  if (settings.signingKey.length < 32) {
    throw settingsInvalid({ problem: 'The signing key is shorter than 32 characters.' })
  }
  const newId = createIds(clock, random)
  const shared = {
    store,
    settings,
    applicationId: await openApplication(store, settings, clock, newId),
    clock,
    random,
    newId,
    passwords: createPasswords(settings.passwordCost),
    tokens: createTokens(settings.signingKey, clock),
    limiters: createLimiters(settings.signInLimits),
    signUps: createSignUps(settings.signUpsPerHour),
    validate: sharedValidator(),
    events: createEvents(log),
    watches: createWatchList(),
    log,
  }
  const withStates = { ...shared, states: createStateWriter(shared) }
  return { ...withStates, users: createUsers(withStates), devices: createDevices(withStates) }
}

async function openApplication(
  store: Store,
  { applicationId, applicationName: name }: PlatformSettings,
  clock: Clock,
  newId: () => string,
): Promise<string> {
  if (applicationId !== undefined && !/^[0-9a-f]{24}$/.test(applicationId)) {
    throw settingsInvalid({ problem: `The application's ID ${applicationId} is not 24 hexadecimal digits.` })
  }
  const now = clock.now()
  const created = applicationId ?? newId()
  const id = await store.write(async (tx) => {
    const kept = await tx.selectFrom('application').select(['id', 'name']).executeTakeFirst()
    if (!kept) {
      const row = { id: created, name, description: '', user_token_cutoff: null, created_at: now, updated_at: now }
      await tx.insertInto('application').values(row).execute()
    } else if (kept.name !== name) {
      await tx.updateTable('application').set({ name, updated_at: now }).execute()
    }
    return kept?.id ?? created
  })
  if (applicationId !== undefined && id !== applicationId) {
    throw settingsInvalid({ problem: `The store holds the application ${id}, not ${applicationId}.` })
  }
  return id
}
