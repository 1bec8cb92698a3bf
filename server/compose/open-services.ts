import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Application } from '../../engine/application.ts'
import type { Effects, Services } from '../../engine/services.ts'
import type { Platform } from '../../platform/platform.ts'
import { startRunsOfMessage } from '../../platform/runs/runs-of-messages.ts'
import type { Settings } from '../settings.ts'
import { createEffects } from './effects.ts'
import type { Parts } from './parts.ts'
import { createServices } from './services.ts'
import { createFlowStarter } from './start-flow.ts'

export interface ServicesOptions {
  readonly platform: Platform
  readonly settings: Settings
  /** Returns the application that is being served. */
  readonly application: () => Application
  /** Mail is kept in this folder if no SMTP server is set. */
  readonly dataFolder: string | undefined
  readonly log: Logger
}

/** Opens the effects of runs. The returned function makes the services for runs that requests from an address start. */
export function openServices(parts: Parts, options: ServicesOptions): (address?: string) => Services {
  const { platform, settings, application, dataFolder, log } = options
  const { effects, close } = createEffects({
    settings,
    application: () => application().settings,
    mailFolder: dataFolder && join(dataFolder, 'mail'),
    log,
    publish: createPublish(platform),
    startFlow: createFlowStarter(platform, application),
  })
  parts.add({ close })
  return createServices(platform, effects)
}

/** Publishes to the flows that watch the topic, and then to the clients of the broker. */
function createPublish(platform: Platform): Effects['publish'] {
  const relay = { type: 'flow', id: platform.applicationId } as const
  return async (topic, text) => {
    await startRunsOfMessage(platform, { topic, text, relay })
    platform.events.emit('messagePublished', { topic, text })
  }
}
