/** What the listeners serve and a reload swaps: an application whose flows are linked. */
import type { Application, ApplicationSettings, CompiledTrigger, FlowDescription, Limits } from '../application.ts'
import { createSecretNames } from '../secret-names.ts'
import { tooManyRuns } from './errors.ts'
import type { LinkedTrigger } from './linked-flow.ts'
import { startRun } from './start-run.ts'

export const defaultLimits: Limits = {
  runTimeoutMs: 30_000,
  maxVisits: 10_000,
  maxPayloadBytes: 8 * 1024 * 1024,
  maxConcurrentRuns: 1_000,
}

export function createApplication(
  settings: ApplicationSettings,
  flows: readonly FlowDescription[],
  triggers: readonly LinkedTrigger[],
  givenLimits: Partial<Limits> = {},
  env: Readonly<Record<string, string | undefined>> = {},
): Application {
  const limits = { ...defaultLimits, ...givenLimits }
  const linked = new Map<CompiledTrigger, LinkedTrigger>(triggers.map((trigger) => [trigger, trigger]))
  const errors = triggers.filter((trigger) => trigger.type === 'error')
  const inScope = new Map<CompiledTrigger, readonly LinkedTrigger[]>(
    triggers.map((trigger) => [
      trigger,
      scopesInOrder.flatMap((scope) =>
        errors.filter((error) => error.spec.scope === scope && isInScope(error, trigger)),
      ),
    ]),
  )
  const secrets = readSecrets(settings, env)
  const scope = {
    applicationName: settings.name,
    globals: settings.globals,
    secrets,
    limits,
    errorTriggersFor: (trigger: CompiledTrigger) => inScope.get(trigger) ?? [],
  }

  // A count and not a Set of the runs: V8 keeps the tables that a Set has outgrown until its next full collection, and with
  // them the payloads of two runs in three.
  let inFlight = 0
  let whenNone: (() => void)[] = []
  const ended = () => {
    inFlight--
    if (inFlight > 0) return
    for (const tell of whenNone) tell()
    whenNone = []
  }
  return {
    settings,
    secretNames: createSecretNames(settings.secretNames, Object.values(secrets ?? {})),
    flows,
    endpoints: triggers.filter((trigger) => trigger.type === 'endpoint'),
    buttons: triggers.filter((trigger) => trigger.type === 'button'),
    errors,
    webhooks: triggers.filter((trigger) => trigger.type === 'webhook'),
    triggers,
    whenIdle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => whenNone.push(resolve))),
    start(request, observers) {
      const trigger = linked.get(request.trigger)
      if (!trigger) throw new TypeError(`The trigger ${request.trigger.id} is not of this application.`)
      if (inFlight >= limits.maxConcurrentRuns) throw tooManyRuns({}, { headers: { 'retry-after': '1' } })
      const running = startRun(trigger, request, scope, observers)
      inFlight++
      running.done.then(ended, ended)
      return running
    },
  }
}

/** By name, those that the environment has; `undefined` where the application names none. */
function readSecrets(
  { secrets }: ApplicationSettings,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(secrets)
  if (entries.length === 0) return undefined
  return Object.fromEntries(
    entries.flatMap(([name, { env: variable }]) => {
      const value = env[variable]
      return value ? [[name, value]] : []
    }),
  )
}

/** Nearest first, so that a flow's own handler answers before a global one. */
const scopesInOrder = ['local', 'experience', 'global'] as const

/** Whether `error` fires when a run of `trigger` throws. */
function isInScope(error: CompiledTrigger<'error'>, trigger: CompiledTrigger): boolean {
  if (error.spec.scope === 'local') return error.flow.id === trigger.flow.id
  return error.spec.scope === 'global' || trigger.type === 'endpoint'
}
