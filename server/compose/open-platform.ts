/** Opens the platform that an application runs on: data folder, store, seeds. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'
import type { Application } from '../../engine/application.ts'
import type { PasswordCost } from '../../platform/auth/passwords.ts'
import type { PlatformLog } from '../../platform/base/log.ts'
import { createPlatform, type Platform } from '../../platform/platform.ts'
import { applySeeds } from '../../platform/seeds.ts'
import { openDataFolder } from '../../platform/store/data-folder.ts'
import { openStore, openTemporaryStore } from '../../platform/store/open-store.ts'
import type { Store } from '../../platform/store/store.ts'
import type { Settings } from '../settings.ts'
import { createRandom } from './random.ts'

const systemClock: Clock = { now: () => Date.now() }

export interface OpenedPlatform {
  readonly platform: Platform
  /** Absolute path of the folder that the process keeps data in; PostgreSQL needs none. */
  readonly dataFolder: string | undefined
  close(): Promise<void>
}

/** The store that the settings name. `commitEach` is for measuring what the shared commit gives. Throws `DATA_FOLDER_IN_USE` where another process has it. */
export async function openPlatform(
  application: Application,
  settings: Settings,
  options: { readonly log?: PlatformLog; readonly commitEach?: boolean } = {},
): Promise<OpenedPlatform> {
  const isPostgres = settings.databaseUrl !== ''
  const folder = isPostgres && settings.signingKey !== '' ? undefined : openDataFolder(settings.data)
  try {
    const signingKey = settings.signingKey || folder?.secret('signing-key', makeSigningKey) || makeSigningKey()
    // With PostgreSQL the folder holds the key alone, and replicas may share it.
    if (isPostgres) folder?.close()
    const url = isPostgres ? settings.databaseUrl : undefined
    const file = folder?.file('flowpot.db') ?? ''
    const store = await openStore({ url, file, commitEach: options.commitEach ?? false })
    const opened = await createOnStore(store, application, settings, signingKey, options)
    return { ...opened, dataFolder: folder?.path, close: () => opened.close().finally(() => folder?.close()) }
  } catch (error) {
    folder?.close()
    throw error
  }
}

/** In place of the system's, for tests. */
interface Parts {
  readonly clock?: Clock
  readonly random?: Random
  readonly passwordCost?: PasswordCost
  readonly log?: PlatformLog
}

/** A store of its own, which is gone once it is closed. `copyOf` is the file of a store to begin with. */
export async function openTemporaryPlatform(
  application: Application,
  settings: Settings,
  { copyOf, ...parts }: Parts & { readonly copyOf?: string } = {},
): Promise<OpenedPlatform> {
  return createOnStore(await openTemporaryStore({ copyOf }), application, settings, makeSigningKey(), parts)
}

async function createOnStore(
  store: Store,
  application: Application,
  settings: Settings,
  signingKey: string,
  { clock = systemClock, random = createRandom(), passwordCost, log }: Parts,
): Promise<OpenedPlatform> {
  try {
    const { name, id, seeds } = application.settings
    const administrator =
      settings.adminEmail && settings.adminPassword
        ? { administrator: { email: settings.adminEmail, password: settings.adminPassword } }
        : {}
    const platform = await createPlatform(
      store,
      {
        applicationName: name,
        ...(id === undefined ? {} : { applicationId: id }),
        signingKey,
        userTokenTtlSeconds: settings.tokenTtlSeconds,
        signUpsPerHour: settings.signUpsPerHour,
        runBounds: {
          waiting: settings.waitingRuns,
          failedOfFlow: settings.failedRuns,
          bytes: settings.runBytes,
        },
        ...administrator,
        ...(passwordCost && { passwordCost }),
      },
      clock,
      random,
      log,
    )
    await applySeeds(platform, seeds)
    return { platform, dataFolder: undefined, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

function makeSigningKey(): string {
  return randomBytes(32).toString('base64url')
}
