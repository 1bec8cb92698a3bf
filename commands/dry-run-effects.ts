/** What leaves the process in a dry run: nothing, unless it is live. */
import { join } from 'node:path'
import { createEffects, type OpenedEffects } from '../composition/effects.ts'
import type { OpenedPlatform } from '../composition/open-platform.ts'
import type { Application } from '../engine/application.ts'
import { createLog } from '../http/log.ts'
import { composeMail } from '../outbound/compose-mail.ts'
import { readUrl } from '../outbound/http-client.ts'
import type { Settings } from '../settings.ts'
import type { Sends } from './recording.ts'

/** Who sends mail is a setting, which need not be there yet. */
const anySender = 'flowpot@localhost'

export interface DryRunEffects extends OpenedEffects {
  readonly sends: Sends
}

/** Sends nothing and waits for nothing, as if all had gone well. What could never be sent is refused all the same. */
export const dryEffects: DryRunEffects = {
  effects: {
    async http({ url }) {
      readUrl(url)
      return { status: 200, headers: {}, body: new Uint8Array() }
    },
    async mail(message) {
      composeMail(message, anySender)
    },
    publish: async () => undefined,
    sleep: async () => undefined,
  },
  sends: { http: false, mail: false, mqtt: false },
  close: async () => undefined,
}

/** Those of a server, but for its broker: no device is connected to this process. */
export function liveEffects(application: Application, settings: Settings, opened: OpenedPlatform): DryRunEffects {
  const live = createEffects({
    settings,
    application: () => application.settings,
    mailFolder: opened.dataFolder && join(opened.dataFolder, 'mail'),
    log: createLog(settings.logLevel, process.stderr),
    publish: async () => undefined,
  })
  return { ...live, sends: { http: true, mail: true, mqtt: false } }
}
