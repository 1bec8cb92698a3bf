import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Application } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { Platform } from '../../platform/platform.ts'
import { queueRuns } from '../../platform/runs/triggered-runs.ts'
import { createExperienceServer } from '../http/experience-server.ts'
import { webhookRelay } from '../http/webhooks.ts'
import type { Settings } from '../settings.ts'

export interface ListenerParts {
  readonly platform: Platform
  readonly settings: Settings
  /** Returns the application that is being served. */
  readonly application: () => Application
  /** Returns the services for runs that requests from this address start. */
  readonly services: (address?: string) => Services
  readonly log: Logger
}

/** Serves the endpoints of the application on the platform's users, devices and queue. */
export function createExperienceListener(parts: ListenerParts): FastifyInstance {
  const { platform, settings, application, services, log } = parts
  return createExperienceServer({
    ...limitsOf(settings),
    tokenInQuery: settings.tokenInQuery,
    log,
    application,
    applicationId: platform.applicationId,
    users: platform.users,
    devices: platform.devices,
    services: ({ address }) => services(address),
    queue: (webhook, data) => {
      const begin = { time: platform.clock.now(), data, ...webhookRelay(webhook) }
      return queueRuns(platform, [{ trigger: webhook.id, flowId: webhook.flow.id, begin }])
    },
  })
}

/** The limits that both HTTP listeners have. Behind a trusted proxy all connections come from its address, so that one may have them all. */
export function limitsOf(settings: Settings) {
  const { bodyLimitBytes, maxPipelinedRequests, trustProxy, maxConnections } = settings
  const connections = trustProxy === 0 ? settings : { ...settings, connectionsPerAddress: maxConnections }
  return { bodyLimitBytes, maxPipelinedRequests, trustProxy, bodies: settings, connections }
}
