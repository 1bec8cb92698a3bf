/** The composition root: loads the application, opens the platform, starts the listeners, and drains them. */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { type LoadedFolder, loadFolder } from './application.ts'
import type { Application } from './engine/application.ts'
import { defineError } from './errors.ts'
import { createExperienceServer, runLog } from './http/experience-server.ts'
import { createLog } from './http/log.ts'
import { createPlatformServer } from './http/platform-server.ts'
import { createServices, openPlatform } from './open-platform.ts'
import { authenticate } from './platform/auth/authenticate.ts'
import { callAction } from './platform/call-action.ts'
import { resources } from './platform/resources/catalogue.ts'
import { pressButton } from './press-button.ts'
import { type Setting, type Settings, settingDefinitions } from './settings.ts'

export const portTaken = defineError<{ name: string; host: string; port: number; flag: string; env: string }>(
  'LISTEN_PORT_TAKEN',
  500,
  ({ name, host, port, flag, env }) =>
    `Port ${port} on ${host} is taken, so the ${name} listener cannot have it. Choose another with ${flag} or ${env}.`,
)

export const listenFailed = defineError<{ name: string; host: string; port: number; reason: string }>(
  'LISTEN_FAILED',
  500,
  ({ name, host, port, reason }) => `The ${name} listener cannot listen on ${host}:${port}: ${reason}`,
)

export interface Listening {
  readonly name: 'experience' | 'platform'
  readonly url: string
}

export interface Server {
  readonly applicationId: string
  readonly listening: readonly Listening[]
  /** The administrator's token, on a store's first start alone: it is not kept. */
  readonly adminToken: string | undefined
  /** Compiles the folder anew and, if it is sound, serves it from the next request on. Returns what was loaded. */
  reload(): Promise<LoadedFolder>
  /** Stops accepting, lets what runs finish for at most `drainMs`, closes the store. */
  close(drainMs?: number): Promise<void>
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

  const log = createLog(settings.logLevel, pino.destination(2))
  const opened = await openPlatform(loaded.application, settings, { log })
  const applications = createSwap(loaded.application)
  const { platform, adminToken } = opened
  let isReady = false

  const shared = { bodyLimitBytes: settings.bodyLimitBytes, trustProxy: settings.trustProxy, log }
  const experience = createExperienceServer({
    ...shared,
    application: applications.current,
    applicationId: platform.applicationId,
    users: platform.users,
    devices: platform.devices,
    services: ({ address }) => createServices(platform, address),
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
    pressButton: async (actor, press) => pressButton(applications.current(), platform, runLog(log), actor, press),
    isReady: () => isReady,
  })

  const close = async (drainMs = defaultDrainMs) => {
    isReady = false
    await withinTime(Promise.all([experience.close(), rest.close(), applications.whenIdle()]), drainMs)
    for (const { server } of [experience, rest]) server.closeAllConnections()
    await opened.close()
  }
  try {
    const listening = [
      await listen('experience', experience, settings.port, settings.host, settingDefinitions.port),
      await listen('platform', rest, settings.platformPort, settings.host, settingDefinitions.platformPort),
    ]
    isReady = true
    const reload = async () => {
      const next = await load()
      if (next.application) applications.swap(next.application)
      return next
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
      before.whenIdle().then(() => retired.delete(before))
      current = next
    },
    whenIdle: () => Promise.all([current, ...retired].map((application) => application.whenIdle())),
  }
}

async function listen(
  name: Listening['name'],
  app: FastifyInstance,
  port: number,
  host: string,
  { flag = '', env }: Setting<number>,
): Promise<Listening> {
  try {
    await app.listen({ port, host })
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    if (isTaken) throw portTaken({ name, host, port, flag, env }, { cause })
    throw listenFailed({ name, host, port, reason: cause instanceof Error ? cause.message : String(cause) }, { cause })
  }
  // Listening on TCP, `address` is an object.
  const { port: actualPort } = app.server.address() as AddressInfo
  return { name, url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}` }
}

async function withinTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const outOfTime = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, outOfTime])
  clearTimeout(timer)
}
