/** The stage of a test: a platform of its own, and the application that is served on it. */
import { createHash, randomUUID } from 'node:crypto'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Random } from '../../contracts/random.ts'
import type { Application } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { type OpenedPlatform, openTemporaryPlatform } from '../../server/compose/open-platform.ts'
import { createServices } from '../../server/compose/services.ts'
import { webhookRelay } from '../../server/http/webhooks.ts'
import type { Settings } from '../../server/settings.ts'
import { createAsker, type DryReply, type Question, signIn } from '../dry-run/ask.ts'
import { dryEffects } from '../dry-run/dry-effects.ts'
import { recordRuns } from '../dry-run/record-run.ts'
import { chooseTrigger } from '../dry-run/sample-request.ts'
import { callWrong } from '../refusals.ts'
import { compareStep } from './compare-step.ts'
import type { Step, Test } from './read-tests.ts'
import type { Known } from './render.ts'
import { createTestWatch, type Node, type StandIn } from './stand-in.ts'
import type { Failure, StepOutcome } from './step-outcome.ts'

export interface TestScope {
  readonly application: Application
  readonly settings: Settings
  readonly standIn: StandIn
  /** A store with its tables and nothing in them. */
  readonly emptyStore: string
}

interface Stage {
  take(step: Step): Promise<StepOutcome>
  /** What templates of the step read. */
  known(step: Step): Known
  /** Saves what the step asks to save, or returns why it cannot. */
  save(step: Step, result: StepOutcome): Failure | undefined
  /** Names of nodes whose stubs nothing has asked for. */
  unusedStubs(): readonly string[]
  close(): Promise<void>
}

/** Takes the steps of a test one after another until one fails. `results` gets the outcome of each as it comes. */
export async function playTest(test: Test, scope: TestScope, results: StepOutcome[]): Promise<Failure | undefined> {
  const stage = await openStage(test, scope)
  try {
    for (const step of test.steps) {
      const result = await stage.take(step)
      results.push(result)
      const failure = compareStep(step, result, stage.known(step)) ?? stage.save(step, result)
      if (failure) return failure
    }
    return unusedStub(test, stage.unusedStubs())
  } finally {
    await stage.close()
  }
}

/** An unused stub fails the test, since it describes something that the flow does not do. */
function unusedStub({ file, stubLine }: Test, [name]: readonly string[]): Failure | undefined {
  if (name === undefined) return undefined
  const line = stubLine(name)
  const message = `The stub of ${name} (${file}:${line}) is not used, or not all of it.`
  return { line, message, hint: 'Take out what nothing asks for, or say optional: true in it.' }
}

/** Cheap, since the passwords of tests protect nothing. */
const passwordCost = { N: 16, r: 1, p: 1 }

async function openStage(test: Test, { application, settings, standIn, emptyStore }: TestScope): Promise<Stage> {
  let fixed = test.steps[0]?.clock
  const opened = await openTemporaryPlatform(withSeeds(application, test), settings, {
    copyOf: emptyStore,
    passwordCost,
    clock: { now: () => fixed ?? Date.now() },
    ...(test.random === undefined ? {} : { random: seededRandom(test.random) }),
  })
  const { platform } = opened
  const { effects } = dryEffects(application)
  const services = createServices(platform, effects)('127.0.0.1')
  const nameOf = ({ id, flow }: Node) => (id === undefined || flow.id === test.flowId ? id : `${flow.id}/${id}`)
  const { watcher, begin, unused } = createTestWatch(test.stubs, nameOf)
  const watched: Application = {
    ...application,
    start(request, observers) {
      const unwatch = standIn.watch(request.id, watcher)
      const running = application.start(request, observers)
      running.done.then(unwatch, unwatch)
      return running
    },
  }
  let current = watched
  const asker = createAsker(
    () => current,
    services,
    platform,
    // A server would write the run down and begin it soon; a test waits for it.
    async (trigger, data) => {
      const { done } = current.start({ trigger, data, ...webhookRelay(trigger), ...runBasics(opened, services) })
      await done
    },
  )
  const saved: Record<string, unknown> = {}
  const users = new Map<string, { readonly token: string; readonly record: unknown }>()

  const userOf = async ({ user: email }: Step) => {
    if (email === undefined) return undefined
    const known = users.get(email)
    if (known) return known
    const token = await signIn(services, email, 'user:')
    const user = { token, record: await services.users.verifyToken(token) }
    users.set(email, user)
    return user
  }
  const known = ({ user }: Step) => ({ saved, user: users.get(user ?? '')?.record })

  return {
    known,

    async take(step: Step): Promise<StepOutcome> {
      fixed = step.clock ?? fixed
      const user = await userOf(step)
      const recording = recordRuns(watched, { limits: settings })
      current = recording.application
      const trace = begin()
      const asked = step.action.render(known(step))
      let reply: DryReply | undefined
      let called: ApiOutcome | undefined
      if (step.action.kind === 'request') reply = await asker.ask(questionOf(asked, user?.token))
      else if (step.action.kind === 'call') called = await call(services, asked)
      else await fire(current, test.flowId, asked, runBasics(opened, services))
      const { outcome, visits = [] } = (await recording.ended()) ?? {}
      return { reply, called, outcome, visits, trace, nameOf }
    },

    save(step: Step, { reply, called }: StepOutcome): Failure | undefined {
      const source = reply ? { ...reply } : { ...called }
      for (const [name, path] of step.save) {
        const value = path.get(source)
        if (value === undefined) {
          const { line } = step.locate(['save', name])
          return { line, step: step.number, message: `There is no ${path.text} to be saved as "${name}".` }
        }
        saved[name] = value
      }
      return undefined
    },

    unusedStubs: unused,

    async close() {
      await asker.close()
      await opened.close()
    },
  }
}

/** The seeds of the test come first, so that they win over those of the application with the same name. */
function withSeeds(application: Application, { seed }: Test): Application {
  const { seeds } = application.settings
  const both = {
    groups: [...(seed.groups ?? []), ...seeds.groups],
    users: [...(seed.users ?? []), ...seeds.users],
    devices: [...(seed.devices ?? []), ...seeds.devices],
  }
  return { ...application, settings: { ...application.settings, seeds: both } }
}

/** Bytes that depend only on the seed: SHA-256 of it and of a counter. */
function seededRandom(seed: string): Random {
  let count = 0
  let left = Buffer.alloc(0)
  return {
    bytes(length) {
      while (left.length < length) {
        left = Buffer.concat([left, createHash('sha256').update(`${seed}/${count++}`).digest()])
      }
      const bytes = left.subarray(0, length)
      left = left.subarray(length)
      return Uint8Array.from(bytes)
    },
  }
}

function runBasics({ platform }: OpenedPlatform, services: Services) {
  return { id: randomUUID(), applicationId: platform.applicationId, services, log: () => undefined }
}

interface RawRequest extends Omit<Question, 'url' | 'token'> {
  readonly path: string
}

/** The schema has accepted what was asked for. */
function questionOf(asked: unknown, token: string | undefined): Question {
  const { path, ...request } = asked as RawRequest
  return { ...request, url: path, token }
}

async function call(services: Services, asked: unknown): Promise<ApiOutcome> {
  const { call, with: params } = asked as { call: string; with: Readonly<Record<string, unknown>> }
  const outcome = await services.api(call, params)
  return JSON.parse(JSON.stringify(outcome))
}

interface RawTrigger {
  readonly on?: string
  readonly data?: unknown
  readonly triggerId?: string
  readonly time?: string
  readonly meta?: unknown
}

async function fire(
  application: Application,
  flowId: string,
  asked: unknown,
  basics: ReturnType<typeof runBasics>,
): Promise<void> {
  const { on, data, triggerId, time, meta } = asked as RawTrigger
  const own = application.triggers.filter(({ flow, type }) => flow.id === flowId && type !== 'endpoint')
  if (own.length === 0)
    throw callWrong({ problem: `The flow ${flowId} has no trigger that could be fired.` }, useRequest)
  const trigger = on === undefined ? own[0] : chooseTrigger(application, flowId, { request: undefined, trigger: on })
  if (!trigger || trigger.type === 'endpoint') throw callWrong({ problem: `${on} is an endpoint.` }, useRequest)
  const sample =
    isMap(trigger.sample) || Array.isArray(trigger.sample) ? structuredClone(trigger.sample) : trigger.sample
  const running = application.start({
    ...basics,
    trigger,
    data: data ?? sample ?? {},
    ...(time === undefined ? {} : { time: Date.parse(time) }),
    ...(triggerId === undefined ? {} : { triggerId }),
    ...(meta === undefined ? {} : { meta }),
  })
  await running.done
}

const useRequest = { hint: 'An endpoint is asked: request: { method, path }.' }
