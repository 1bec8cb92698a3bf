import type { FastifyInstance } from 'fastify'
import type { Store } from '../../platform/store/store.ts'
import { runLog } from '../http/experience-server.ts'
import { createPlatformServer } from '../http/platform-server.ts'
import { restResources } from '../resources/catalogue.ts'
import type { RestContext } from '../resources/rest-context.ts'
import { settingDefinitions } from '../settings.ts'
import { type ListenerParts, limitsOf } from './experience-listener.ts'

export interface PlatformListenerParts
  extends ListenerParts,
    Pick<RestContext, 'application' | 'describeEndpoints' | 'runs' | 'services'> {
  /** Whether everything has started and the server is not closing. */
  readonly isServing: () => boolean
}

/** Serves all resources of the REST API, and hands their actions what they need. */
export function createPlatformListener(parts: PlatformListenerParts): FastifyInstance {
  const { platform, settings, log, application, services, runs, describeEndpoints, isServing } = parts
  const forActions = { application, services, runs, describeEndpoints, runLog: runLog(log) }
  return createPlatformServer({
    ...limitsOf(settings),
    log,
    hosts: {
      bound: settings.host,
      names: settings.platformHosts.split(',').filter((name) => name !== ''),
      setting: settingDefinitions.platformHosts.env,
    },
    origins: settings.platformOrigins.split(',').filter((origin) => origin !== ''),
    platform,
    resources: restResources,
    contextOf: (caller) => ({ ...caller, ...forActions }),
    isReady: async () => isServing() && (await answers(platform.store)),
  })
}

async function answers(store: Store): Promise<boolean> {
  try {
    await store.read.selectFrom('application').select('id').executeTakeFirst()
    return true
  } catch {
    return false
  }
}
