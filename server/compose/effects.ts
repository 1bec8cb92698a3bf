/** Opens the effects of flows: calls to other servers, waiting, and scripts. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ApplicationSettings } from '../../engine/application.ts'
import type { Effects } from '../../engine/services.ts'
import { isAllowedHost } from '../outbound/allowed-hosts.ts'
import { readClientCertificate } from '../outbound/client-certificate.ts'
import { createAddressOf, createUrlOf, createVariableOf } from '../outbound/connection-urls.ts'
import { createHttpClient } from '../outbound/http-client.ts'
import { createMailer, type MailLog } from '../outbound/mailer.ts'
import { createMongoSender } from '../outbound/mongo-client.ts'
import { createRedisClient } from '../outbound/redis-client.ts'
import { createSqlClient } from '../outbound/sql-client.ts'
import { createScriptPool } from '../sandbox/script-pool.ts'
import type { Settings } from '../settings.ts'

export interface EffectsOptions {
  readonly settings: Pick<
    Settings,
    'smtpUrl' | 'mailFrom' | 'scriptTimeoutMs' | 'scriptMemoryMb' | 'scriptThreads' | 'maxWaitingScripts'
  >
  /** The settings of the application that is being served. */
  application(): Pick<ApplicationSettings, 'http' | 'connections'>
  /** Where mail is kept as files if no SMTP server is set. */
  readonly mailFolder: string | undefined
  readonly log: MailLog
  readonly publish: Effects['publish']
  readonly startFlow: Effects['startFlow']
}

export interface OpenedEffects {
  readonly effects: Effects
  /** Closes pooled connections and ends the threads of scripts. */
  close(): Promise<void>
}

export function createEffects(options: EffectsOptions): OpenedEffects {
  const { settings, application, mailFolder, log, publish, startFlow } = options
  const mailer = createMailer({ smtpUrl: settings.smtpUrl, from: settings.mailFrom, folder: mailFolder, log })
  const connections = { connections: () => application().connections, env: process.env }
  const variableOf = createVariableOf(connections)
  const client = createHttpClient({
    isAllowed: (url) => isAllowedHost(url, application().http.allow),
    certificateOf: (connection) => readClientCertificate(connection, variableOf),
    env: process.env,
  })
  const urlOf = createUrlOf(connections)
  const sql = createSqlClient({ urlOf })
  const redis = createRedisClient({ urlOf })
  const mongo = createMongoSender({ addressOf: createAddressOf(connections) })
  const scripts = createScriptPool({
    timeoutMs: settings.scriptTimeoutMs,
    memoryMb: settings.scriptMemoryMb,
    threads: settings.scriptThreads,
    maxWaiting: settings.maxWaitingScripts,
  })
  return {
    effects: {
      http: client.send,
      mail: mailer.send,
      sql: sql.send,
      redis: redis.send,
      mongo: mongo.send,
      publish,
      startFlow,
      sleep: (ms, signal) => pause(ms, undefined, { signal }),
      script: scripts.run,
    },
    async close() {
      const opened = [client, mailer, sql, redis, mongo, scripts]
      await Promise.all(opened.map((each) => each.close()))
    },
  }
}
