/** Opens the platform that an application runs on: the data folder and the store, with the application's seeds applied. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'
import type { Application } from '../../engine/application.ts'
import { createApiTokenValue } from '../../platform/auth/api-tokens.ts'
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
  /** Absolute path of the data folder. There is none with PostgreSQL and a signing key from the settings. */
  readonly dataFolder: string | undefined
  close(): Promise<void>
}

/**
 * Opens the store that the settings name. With `commitEach` every write has a commit of its own, to measure what shared commits gain. Throws
 * `DATA_FOLDER_IN_USE` if another process uses the folder.
 */
export async function openPlatform(
  application: Application,
  settings: Settings,
  options: { readonly log?: PlatformLog; readonly commitEach?: boolean } = {},
): Promise<OpenedPlatform> {
  const isPostgres = settings.databaseUrl !== ''
  const folder = isPostgres && settings.signingKey !== '' ? undefined : openDataFolder(settings.data)
  try {
    const signingKey = settings.signingKey || folder?.secret('signing-key', makeSigningKey) || makeSigningKey()
    // With PostgreSQL the folder holds only the key, so several processes may share it.
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

/** Tests replace these parts with their own. */
interface Parts {
  readonly clock?: Clock
  readonly random?: Random
  readonly passwordCost?: PasswordCost
  readonly log?: PlatformLog
}

/** Opens a store that is deleted when it is closed. `copyOf` names the file of a store whose contents it begins with. */
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
        operatorToken: createApiTokenValue(createRandom()),
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
