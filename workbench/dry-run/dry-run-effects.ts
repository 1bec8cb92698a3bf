/** What leaves the process in a dry run: nothing, unless it is live. */
import { join } from 'node:path'
import type { Application } from '../../engine/application.ts'
import { findButton } from '../../engine/run/find-button.ts'
import type { Effects } from '../../engine/services.ts'
import { createEffects, type OpenedEffects } from '../../server/compose/effects.ts'
import type { OpenedPlatform } from '../../server/compose/open-platform.ts'
import { createLog } from '../../server/http/log.ts'
import { composeMail } from '../../server/outbound/compose-mail.ts'
import { readUrl } from '../../server/outbound/http-client.ts'
import { createScriptPool, type ScriptPool } from '../../server/sandbox/script-pool.ts'
import { readSettings, type Settings } from '../../server/settings.ts'
import { emptyAnswer } from './dry-mongo.ts'
import type { Sends } from './recording.ts'

/** Who sends mail is a setting, which need not be there yet. */
const anySender = 'flowpot@localhost'

export interface DryRunEffects extends OpenedEffects {
  readonly sends: Sends
}

/** For all dry runs of the process: threads that have nothing to do do not keep it alive. */
let scripts: ScriptPool | undefined

function openScripts(): ScriptPool {
  const { scriptTimeoutMs, scriptMemoryMb } = readSettings({}, process.env)
  return createScriptPool({ timeoutMs: scriptTimeoutMs, memoryMb: scriptMemoryMb })
}

/** Starts nothing, and refuses what could not be started. */
function dryFlowStart(application: Application): Effects['startFlow'] {
  return async (start) => {
    findButton(application, start)
    return { runId: '0'.repeat(24) }
  }
}

/** Sends nothing and waits for nothing, but runs scripts, as if all had gone well. What could never be sent is refused all the same. */
export function dryEffects(application: Application): DryRunEffects {
  return {
    effects: {
      async http({ url }) {
        readUrl(url)
        return { status: 200, headers: {}, body: new Uint8Array() }
      },
      async mail(message) {
        composeMail(message, anySender)
      },
      sql: async () => ({ rows: [], count: 0 }),
      redis: async () => null,
      mongo: async (request) => emptyAnswer(request),
      publish: async () => undefined,
      startFlow: dryFlowStart(application),
      sleep: async () => undefined,
      script(request) {
        scripts ??= openScripts()
        return scripts.run(request)
      },
    },
    sends: { http: false, mail: false, sql: false, redis: false, mongo: false, mqtt: false, flow: false },
    close: async () => undefined,
  }
}

/** Those of a server, but for its broker and its queue: no device is connected to this process, and it starts no other run. */
export function liveEffects(application: Application, settings: Settings, opened: OpenedPlatform): DryRunEffects {
  const live = createEffects({
    settings,
    application: () => application.settings,
    mailFolder: opened.dataFolder && join(opened.dataFolder, 'mail'),
    log: createLog(settings.logLevel, process.stderr),
    publish: async () => undefined,
    startFlow: dryFlowStart(application),
  })
  return { ...live, sends: { http: true, mail: true, sql: true, redis: true, mongo: true, mqtt: false, flow: false } }
}
