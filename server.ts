/** The composition root: loads the application, opens the platform, starts the listeners, and drains them. */
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Application } from './engine/application.ts'
import { createAdminToken } from './platform/auth/api-tokens.ts'
import { authenticate } from './platform/auth/authenticate.ts'
import { callAction } from './platform/resources/call-action.ts'
import { resources } from './platform/resources/catalogue.ts'
import { startRunsOfMessage } from './platform/runs/runs-of-messages.ts'
import { queueRuns } from './platform/runs/triggered-runs.ts'
import { applySeeds } from './platform/seeds.ts'
import type { Store } from './platform/store/store.ts'
import { createEffects } from './server/compose/effects.ts'
import { type Listening, listen } from './server/compose/listen.ts'
import { type LoadedFolder, loadFolder } from './server/compose/load-folder.ts'
import { openPlatform } from './server/compose/open-platform.ts'
import { createOpenApi } from './server/compose/openapi.ts'
import { outliveRejections } from './server/compose/outlive-rejections.ts'
import { pressButton } from './server/compose/press-button.ts'
import { createServices } from './server/compose/services.ts'
import { type RunningBroker, startBroker } from './server/compose/start-broker.ts'
import { createFlowStarter } from './server/compose/start-flow.ts'
import { createExperienceServer, runLog } from './server/http/experience-server.ts'
import { createLog } from './server/http/log.ts'
import { createPlatformServer } from './server/http/platform-server.ts'
import { webhookRelay } from './server/http/webhooks.ts'
import { createRecorder, recordModes } from './server/recorder/recorder.ts'
import { type Settings, settingDefinitions } from './server/settings.ts'
import { createTriggers } from './server/triggers/triggers.ts'

export interface Server {
  readonly applicationId: string
  readonly listening: readonly Listening[]
  /** The administrator's token, on a store's first start alone: it is not kept. */
  readonly adminToken: string | undefined
  /** Compiles the folder anew and, if it is sound, applies its new seeds and serves it from the next request on. Returns what was loaded. */
  reload(): Promise<ReloadResult>
  /** Stops accepting, lets what runs finish for at most `drainMs`, closes the store. */
  close(drainMs?: number): Promise<void>
}

export interface ReloadResult extends LoadedFolder {
  /** Whether the file gives the application another ID, which no reload changes. */
  readonly hasOtherId: boolean
}

export interface StartResult extends LoadedFolder {
  /** There if the folder has no error. */
  readonly server: Server | undefined
}

const defaultDrainMs = 10_000

/** Throws where a listener, the data folder or the store cannot be had; whatever was opened by then is closed again. */
export async function startServer(folder: string, settings: Settings): Promise<StartResult> {
  const load = () => loadFolder(folder, settings)
  const loaded = await load()
  if (!loaded.application) return { ...loaded, server: undefined }

  let { secretNames } = loaded.application
  const log = createLog(settings.logLevel, pino.destination(2), () => secretNames)
  const opened = await openPlatform(loaded.application, settings, { log })
  const { platform } = opened
  const endOutliving = outliveRejections(log)
  const recorder = createRecorder({
    platform,
    mode: recordModes.find((mode) => mode === settings.record) ?? 'failed',
    bounds: {
      runsOfFlow: settings.recordedRuns,
      bytes: settings.recordedBytes,
      ms: settings.recordedDays * 86_400_000,
    },
    settings,
  })
  const applications = createSwap(recorder.record(loaded.application))
  const openApi = createOpenApi(loaded.sources)
  let listening: readonly Listening[] = []
  let isReady = false

  const outbound = createEffects({
    settings,
    application: () => applications.current().settings,
    mailFolder: opened.dataFolder && join(opened.dataFolder, 'mail'),
    log,
    publish: async (topic, text) => {
      const relay = { type: 'flow', id: platform.applicationId } as const
      await startRunsOfMessage(platform, { topic, text, relay })
      mqtt?.publish(topic, text)
    },
    startFlow: createFlowStarter(platform, applications.current),
  })
  const services = createServices(platform, outbound.effects)
  const triggers = createTriggers({
    platform,
    application: applications.current,
    services: services(),
    log: runLog(log),
  })
  const shared = { bodyLimitBytes: settings.bodyLimitBytes, trustProxy: settings.trustProxy, log }
  const experience = createExperienceServer({
    ...shared,
    application: applications.current,
    applicationId: platform.applicationId,
    users: platform.users,
    devices: platform.devices,
    services: ({ address }) => services(address),
    queue: (webhook, data) => {
      const begin = { time: platform.clock.now(), data, ...webhookRelay(webhook) }
      return queueRuns(platform, [{ trigger: webhook.id, flowId: webhook.flow.id, begin }])
    },
  })
  const rest = createPlatformServer({
    ...shared,
    resources,
    applicationId: platform.applicationId,
    authenticate: async (token) => {
      const actor = await authenticate(platform, token)
      return actor.kind === 'anonymous' ? null : actor
    },
    call: (actor, call, params, { address }) => callAction(platform, actor, call, params, address),
    pressButton: async (actor, press) =>
      pressButton(
        applications.current(),
        { applicationId: platform.applicationId, services, log: runLog(log) },
        actor,
        press,
      ),
    describeEndpoints: () => openApi.of(applications.current(), listening[0]?.url),
    runs: recorder,
    isReady: async () => isReady && (await answers(platform.store)),
  })

  let mqtt: RunningBroker | undefined
  const close = async (drainMs = defaultDrainMs) => {
    isReady = false
    const drained = [experience.close(), rest.close(), mqtt?.close(), triggers.stop(), applications.whenIdle()]
    await withinTime(Promise.all(drained), drainMs)
    for (const { server } of [experience, rest]) server.closeAllConnections()
    mqtt?.closeNow()
    await outbound.close()
    await recorder.close()
    await opened.close()
    endOutliving()
  }
  try {
    triggers.watch(loaded.watches)
    mqtt = await startBroker(platform, settings, log, rest.server)
    const { host, port, platformPort } = settings
    const open = (app: FastifyInstance) => (port: number, host: string) => listenOn(app, port, host)
    listening = [
      await listen('experience', { host, port }, settingDefinitions.port, open(experience)),
      await listen('platform', { host, port: platformPort }, settingDefinitions.platformPort, open(rest)),
      ...(await mqtt.listen()),
    ]
    // Shown this once, so it is not made before the start can no longer fail.
    const adminToken = await createAdminToken(platform)
    await triggers.start(loaded.application)
    isReady = true
    const reload = async () => {
      const next = await load()
      if (!next.application) return { ...next, hasOtherId: false }
      const { id, seeds } = next.application.settings
      await applySeeds(platform, seeds)
      openApi.follow(next.sources)
      secretNames = next.application.secretNames
      applications.swap(recorder.record(next.application))
      await triggers.follow(next.application, next.watches)
      return { ...next, hasOtherId: id !== undefined && id !== platform.applicationId }
    }
    return { ...loaded, server: { applicationId: platform.applicationId, listening, adminToken, reload, close } }
  } catch (error) {
    await close()
    throw error
  }
}

/** The application that serves, and those before it that still run something. */
function createSwap(first: Application) {
  let current = first
  const retired = new Set<Application>()
  return {
    current: () => current,
    swap(next: Application) {
      const before = current
      retired.add(before)
      const forget = () => retired.delete(before)
      before.whenIdle().then(forget, forget)
      current = next
    },
    whenIdle: () => Promise.all([current, ...retired].map((application) => application.whenIdle())),
  }
}

async function listenOn(app: FastifyInstance, port: number, host: string): Promise<number> {
  await app.listen({ port, host })
  // Listening on TCP, `address` is an object.
  return (app.server.address() as AddressInfo).port
}

async function answers(store: Store): Promise<boolean> {
  try {
    await store.read.selectFrom('application').select('id').executeTakeFirst()
    return true
  } catch {
    return false
  }
}

async function withinTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const outOfTime = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, outOfTime])
  clearTimeout(timer)
}
