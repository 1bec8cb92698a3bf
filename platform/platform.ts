/** Assembles the platform from its floors, for resources and listeners. */

import type { Clock } from '../contracts/clock.ts'
import type { Random } from '../contracts/random.ts'
import { type AuthBase, type AuthSettings, createAuthBase } from './auth/auth-base.ts'
import { createDevices, type Devices } from './auth/device-tokens.ts'
import { createUsers, type UserAccounts } from './auth/users.ts'
import type { Base } from './base/base.ts'
import { createEvents } from './base/events.ts'
import { createIds } from './base/ids.ts'
import type { PlatformLog } from './base/log.ts'
import { settingsInvalid } from './base/refusals.ts'
import type { RunBounds } from './runs/run-bounds.ts'
import { createWatchList, type RunsBase } from './runs/watches.ts'
import { createStateWriter, type StateWriter } from './state/state-writer.ts'
import type { Store } from './store/store.ts'

export interface PlatformSettings extends AuthSettings {
  /** 24 hexadecimal digits. Without it the store keeps the ID that it has, or gets a new one. */
  readonly applicationId?: string
  readonly applicationName: string
  readonly runBounds?: RunBounds
}

export interface Platform extends AuthBase, RunsBase {
  readonly settings: PlatformSettings
  /** Experience users, who sign in. */
  readonly users: UserAccounts
  /** Devices that sign in. */
  readonly devices: Devices
  readonly states: StateWriter
}

const defaultRunBounds: RunBounds = { waiting: 10_000, failedOfFlow: 100, bytes: 64 * 1024 * 1024 }

const quiet: PlatformLog = { error() {} }

/** Opens the platform on a store that has its tables. The store holds one application, which is created on first use and is named by the settings. */
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
  const applicationId = await openApplication(store, settings, clock, newId)
  const base: Base = { store, applicationId, clock, random, newId, events: createEvents(log), log }
  const auth = createAuthBase(base, settings)
  const runs = { ...base, watches: createWatchList(), runBounds: settings.runBounds ?? defaultRunBounds }
  return {
    ...auth,
    ...runs,
    settings,
    users: createUsers(auth),
    devices: createDevices(auth),
    states: createStateWriter(runs),
  }
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
