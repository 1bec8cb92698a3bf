/** The effects of a dry run, which does nothing outside of the process unless it is live. */
import { join } from 'node:path'
import type { Application } from '../../engine/application.ts'
import { type Act, effectNamed, makeEffects } from '../../engine/effects.ts'
import { findButton } from '../../engine/run/find-button.ts'
import type { Effects } from '../../engine/services.ts'
import { createEffects, type OpenedEffects } from '../../server/compose/effects.ts'
import type { OpenedPlatform } from '../../server/compose/open-platform.ts'
import { createLog } from '../../server/http/log.ts'
import { composeMail } from '../../server/outbound/compose-mail.ts'
import { readUrl } from '../../server/outbound/http-client.ts'
import { createScriptPool, type ScriptPool } from '../../server/sandbox/script-pool.ts'
import { readSettings, type Settings } from '../../server/settings.ts'

/** Mail needs a sender, and the setting that names it may be missing in a dry run. */
const anySender = 'flowpot@localhost'

/** Shared by all dry runs of the process. An idle thread does not keep the process alive. */
let scripts: ScriptPool | undefined

function runScript(request: Parameters<Effects['script']>[0]): ReturnType<Effects['script']> {
  if (!scripts) {
    const { scriptTimeoutMs, scriptMemoryMb } = readSettings({}, process.env)
    scripts = createScriptPool({ timeoutMs: scriptTimeoutMs, memoryMb: scriptMemoryMb })
  }
  return scripts.run(request)
}

type Checks = { readonly [Name in keyof Effects]?: (...args: Parameters<Effects[Name]>) => unknown }

/** Answers as if everything had gone well, but sends nothing and does not wait. Only scripts really run. What could never be sent is refused as usual. */
export function dryEffects(application: Application): OpenedEffects {
  const checks: Checks = {
    http: ({ url }) => readUrl(url),
    mail: (message) => composeMail(message, anySender),
    startFlow: (start) => findButton(application, start),
    script: runScript,
  }
  const effects = makeEffects(({ key, effect: { dry } }) => async (...args) => {
    const check: Act | undefined = Reflect.get(checks, key)
    const checked = await check?.(...args)
    return dry ? dry(...args) : checked
  })
  return { effects, close: async () => undefined }
}

/** The effects of a server without its broker and its queue: no device is connected to this process, and it starts no other run. */
export function liveEffects(application: Application, settings: Settings, opened: OpenedPlatform): OpenedEffects {
  const { publish, startFlow } = dryEffects(application).effects
  return createEffects({
    settings,
    application: () => application.settings,
    mailFolder: opened.dataFolder && join(opened.dataFolder, 'mail'),
    log: createLog(settings.logLevel, process.stderr),
    publish,
    startFlow,
  })
}

/** What a person is told about an effect of this name that a dry run did not send. */
export function describeUnsent(call: string): string {
  return effectNamed(call).sent?.unsent ?? 'not sent'
}
