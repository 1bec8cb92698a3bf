/** The composition root: loads the application, opens everything that serves it, and drains it. */
import type { Application } from './engine/application.ts'
import { createAdminToken } from './platform/auth/api-tokens.ts'
import { applySeeds } from './platform/seeds.ts'
import { boundLogs } from './server/compose/bound-logs.ts'
import { createExperienceListener } from './server/compose/experience-listener.ts'
import { leaveServerFile } from './server/compose/leave-server-file.ts'
import { type Listening, listenHttp } from './server/compose/listen.ts'
import { type LoadedFolder, loadToServe } from './server/compose/load-folder.ts'
import { openLog } from './server/compose/open-log.ts'
import { openPlatform } from './server/compose/open-platform.ts'
import { openServices } from './server/compose/open-services.ts'
import { createOpenApi } from './server/compose/openapi.ts'
import { createParts } from './server/compose/parts.ts'
import { createPlatformListener } from './server/compose/platform-listener.ts'
import { recordingOf } from './server/compose/recording-of.ts'
import { createServedApplication } from './server/compose/served-application.ts'
import { startBroker } from './server/compose/start-broker.ts'
import { startUpkeep } from './server/compose/start-upkeep.ts'
import { runLog } from './server/http/experience-server.ts'
import { createRecorder } from './server/recorder/recorder.ts'
import { type Settings, settingDefinitions } from './server/settings.ts'
import { createTriggers } from './server/triggers/triggers.ts'

export interface Server {
  readonly applicationId: string
  readonly listening: readonly Listening[]
  /** The administrator's token. It is only there on the first start with a store, and kept nowhere. */
  readonly adminToken: string | undefined
  /** Compiles the folder again. If it has no errors, applies its new seeds and serves it from the next request on. Returns what was loaded. */
  reload(): Promise<ReloadResult>
  /** Accepts nothing more, waits for runs in flight for at most `drainMs`, and closes the store. */
  close(drainMs?: number): Promise<void>
}

export interface ReloadResult extends LoadedFolder {
  /** Whether `application.yaml` now has another ID, which only takes effect with a new store. */
  readonly hasOtherId: boolean
}

export interface StartResult extends LoadedFolder {
  /** Missing if the folder has errors. */
  readonly server: Server | undefined
}

const defaultDrainMs = 10_000

/** Throws if a listener, the data folder or the store cannot be opened, after closing everything that was opened before. */
export async function startServer(folder: string, settings: Settings): Promise<StartResult> {
  const loaded = await loadToServe(folder, settings)
  const { application, sources, watches } = loaded
  if (!application) return { ...loaded, server: undefined }
  const parts = createParts()
  try {
    let { secretNames } = application
    const log = openLog(parts, settings, () => secretNames)
    const { platform, dataFolder, close } = await openPlatform(application, settings, { log })
    parts.add({ close })
    const recorder = createRecorder({ platform, ...recordingOf(settings) })
    parts.add({ close: recorder.close })
    const watched = (next: Application) => boundLogs(recorder.record(next), settings.logLinesOfRun)
    const served = createServedApplication(watched(application), sources)
    parts.add({ drain: served.whenIdle })

    const opened = { platform, settings, application: served.current, log }
    const services = openServices(parts, { ...opened, dataFolder })
    const shared = { ...opened, services }
    const triggers = createTriggers({ ...shared, services: services(), log: runLog(log) })
    parts.add({ drain: triggers.stop })
    triggers.watch(watches)

    let listening: readonly Listening[] = []
    let isServing = false
    const experience = createExperienceListener(shared)
    const describeEndpoints = createOpenApi(served, () => listening[0]?.url)
    const rest = createPlatformListener({ ...shared, runs: recorder, describeEndpoints, isServing: () => isServing })
    for (const app of [experience, rest]) {
      parts.add({ drain: () => app.close(), cut: () => app.server.closeAllConnections() })
    }
    const mqtt = await startBroker(platform, settings, log, rest.server)
    parts.add({ drain: mqtt.close, cut: mqtt.closeNow })

    listening = [
      await listenHttp('experience', experience, settings, settingDefinitions.port),
      await listenHttp('platform', rest, { ...settings, port: settings.platformPort }, settingDefinitions.platformPort),
      ...(await mqtt.listen()),
    ]
    // The token is shown only once, so it is created after everything that can fail.
    const adminToken = await createAdminToken(platform)
    await triggers.start(application)
    startUpkeep(parts, platform, settings)
    parts.add({ close: leaveServerFile(dataFolder, platform, listening) })
    isServing = true

    const server: Server = {
      applicationId: platform.applicationId,
      listening,
      adminToken,
      async reload() {
        const next = await loadToServe(folder, settings)
        if (!next.application) return { ...next, hasOtherId: false }
        const { id, seeds } = next.application.settings
        await applySeeds(platform, seeds)
        secretNames = next.application.secretNames
        served.swap(watched(next.application), next.sources)
        await triggers.follow(next.application, next.watches)
        return { ...next, hasOtherId: id !== undefined && id !== platform.applicationId }
      },
      close(drainMs = defaultDrainMs) {
        isServing = false
        return parts.close(drainMs)
      },
    }
    return { ...loaded, server }
  } catch (error) {
    await parts.close(defaultDrainMs)
    throw error
  }
}
