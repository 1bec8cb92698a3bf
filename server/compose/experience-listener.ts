import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Application } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { Platform } from '../../platform/platform.ts'
import { queueRuns } from '../../platform/runs/triggered-runs.ts'
import type { ConnectionLimits } from '../http/connections.ts'
import { createExperienceServer } from '../http/experience-server.ts'
import { webhookRelay } from '../http/webhooks.ts'
import type { Settings } from '../settings.ts'

export interface ListenerParts {
  readonly platform: Platform
  readonly settings: Settings
  /** The application that serves at this moment. */
  readonly application: () => Application
  /** Returns the services of a run that a request from this address starts. */
  readonly services: (address?: string) => Services
  readonly log: Logger
}

/** Serves the endpoints of the application on the platform's users, devices and queue. */
export function createExperienceListener(parts: ListenerParts): FastifyInstance {
  const { platform, settings, application, services, log } = parts
  return createExperienceServer({
    bodyLimitBytes: settings.bodyLimitBytes,
    bodies: settings,
    connections: connectionsOf(settings),
    trustProxy: settings.trustProxy,
    tokenInQuery: settings.tokenInQuery,
    maxPipelinedRequests: settings.maxPipelinedRequests,
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

/** Behind a proxy that is trusted to tell clients apart, all connections come from its address. */
export function connectionsOf(settings: Settings): ConnectionLimits {
  const { maxConnections, connectionsPerAddress, unreadTimeoutMs, trustProxy } = settings
  const isBehindProxy = trustProxy !== 0
  return {
    maxConnections,
    connectionsPerAddress: isBehindProxy ? maxConnections : connectionsPerAddress,
    unreadTimeoutMs,
  }
}
