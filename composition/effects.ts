/** What leaves the process, and what waits. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ApplicationSettings } from '../engine/application.ts'
import type { Effects } from '../engine/services.ts'
import { isAllowedHost } from '../outbound/allowed-hosts.ts'
import { createHttpClient } from '../outbound/http-client.ts'
import { createMailer, type MailLog } from '../outbound/mailer.ts'
import type { Settings } from '../settings.ts'

export interface EffectsOptions {
  readonly settings: Pick<Settings, 'smtpUrl' | 'mailFrom'>
  /** Of the application that serves at that moment. */
  application(): Pick<ApplicationSettings, 'http'>
  /** Where mail is kept that no server takes. */
  readonly mailFolder: string | undefined
  readonly log: MailLog
  /** The broker's. */
  readonly publish: Effects['publish']
}

export interface OpenedEffects {
  readonly effects: Effects
  /** Ends the connections that are kept for later. */
  close(): Promise<void>
}

export function createEffects({ settings, application, mailFolder, log, publish }: EffectsOptions): OpenedEffects {
  const client = createHttpClient({ isAllowed: (url) => isAllowedHost(url, application().http.allow) })
  const mailer = createMailer({ smtpUrl: settings.smtpUrl, from: settings.mailFrom, folder: mailFolder, log })
  return {
    effects: {
      http: client.send,
      mail: mailer.send,
      publish,
      sleep: (ms, signal) => pause(ms, undefined, { signal }),
    },
    async close() {
      await Promise.all([client.close(), mailer.close()])
    },
  }
}
