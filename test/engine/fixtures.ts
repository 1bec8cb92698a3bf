/** Node types and triggers that show what the engine does with them. The real ones are tested beside their files, but for `loop`, `switch` and custom nodes. */
import { Type } from 'typebox'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type {
  Application,
  CompiledTrigger,
  Limits,
  RunObserver,
  RunRequest,
  Visited,
} from '../../engine/application.ts'
import { anything, objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { loadApplication } from '../../engine/load/load-application.ts'
import { defineNode, type NodeType } from '../../engine/node.ts'
import { parseEndpoint } from '../../engine/route.ts'
import { Expression, PathTo, Value, ValueOf } from '../../engine/schema.ts'
import type { Services } from '../../engine/services.ts'
import type { Problem, ProblemCode } from '../../engine/source/problem.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { customNode } from '../../nodes/logic/custom-node.ts'
import { loop } from '../../nodes/logic/loop.ts'
import { returnNode } from '../../nodes/logic/return.ts'
import { switchNode } from '../../nodes/logic/switch.ts'
import { customNodeTrigger } from '../../nodes/triggers/custom-node.ts'
import { quietServices } from '../services.ts'

const examples: [] = []

const step = defineNode({
  type: 'step',
  summary: 'Does nothing.',
  config: Type.Object({}),
  outputs: ['next'],
  compile: () => () => 'next',
  examples,
})

const set = defineNode({
  type: 'set',
  summary: 'Sets a path.',
  config: Type.Object({ path: PathTo(), to: Value() }),
  outputs: ['next'],
  writes: ({ path }) => [{ path: String(path), shape: anything }],
  compile:
    ({ path, to }) =>
    (payload) => {
      path.set(payload, to(payload))
      return 'next'
    },
  examples,
})

const pick = defineNode({
  type: 'pick',
  summary: 'Takes one of two ways.',
  config: Type.Object({ if: Expression() }),
  outputs: ['else', 'then'],
  compile:
    ({ if: condition }) =>
    (payload) =>
      condition(payload) ? 'then' : 'else',
  examples,
})

const reply = defineNode({
  type: 'reply',
  summary: 'Replies.',
  config: Type.Object({
    status: Type.Optional(ValueOf(Type.Integer({ minimum: 100, maximum: 599 }), { acceptsDigits: true })),
    body: Type.Optional(Value()),
    html: Type.Optional(Type.Boolean()),
  }),
  outputs: ['next'],
  roles: { reply: { outline: () => ({ status: undefined, headers: {}, body: undefined }) } },
  escapesHtml: ({ html }) => (html ? ['body'] : []),
  compile:
    ({ status, body }) =>
    (payload, run) => {
      run.reply({ status: status?.(payload) ?? 200, headers: {}, cookies: [], body: body?.(payload) })
      return 'next'
    },
  examples,
})

const fail = defineNode({
  type: 'fail',
  summary: 'Throws.',
  config: Type.Object({}),
  outputs: [],
  compile: () => () => {
    throw new Error('it broke')
  },
  examples,
})

/** Leaves by an output that nobody knows, so that its path ends there. */
const lose = defineNode({
  type: 'lose',
  summary: 'Loses the way.',
  config: Type.Object({}),
  outputs: (): readonly string[] => ['next'],
  compile: () => () => 'nowhere',
  examples,
})

/** Asks the platform, which the test holds in its hands. */
const ask = defineNode({
  type: 'ask',
  summary: 'Asks the platform.',
  config: Type.Object({ call: Type.String(), result: Type.Optional(PathTo()) }),
  outputs: ['else', 'then'],
  throwsUnlessWired: ['else'],
  writes: ({ result }, output) =>
    typeof result === 'string'
      ? [
          {
            path: result,
            shape: objectShape({ [output === 'then' ? 'result' : 'error']: objectShape({ id: scalar }) }),
          },
        ]
      : [],
  compile: ({ call, result }, { wired }) => {
    return async (payload, run) => {
      const outcome = await run.services.api(call, {})
      result?.set(payload, outcome)
      if ('error' in outcome && !wired.has('else')) throw new Error(outcome.error.message)
      return 'error' in outcome ? 'else' : 'then'
    }
  },
  examples,
})

const endpoint = defineTrigger({
  key: 'endpoint',
  summary: 'A request.',
  config: Type.Object({ endpoint: Type.String() }),
  expectsReply: true,
  shape: () => ({ data: objectShape({ body: anything, replyId: scalar }) }),
  compile: ({ endpoint: text }) => ({
    ...parseEndpoint(text),
    access: 'public',
    enabled: true,
    description: undefined,
    unauthorized: undefined,
  }),
  examples,
})

const error = defineTrigger({
  key: 'error',
  summary: 'A run that threw.',
  config: Type.Object({
    error: Type.Union([Type.Literal('local'), Type.Literal('experience'), Type.Literal('global')]),
  }),
  shape: () => ({ data: anything }),
  compile: ({ error: scope }) => ({ scope }),
  examples,
})

const button = defineTrigger({
  key: 'button',
  summary: 'By hand.',
  config: Type.Object({ button: Type.String() }),
  shape: () => ({ data: anything }),
  compile: ({ button: name }) => ({ name }),
  examples,
})

const nodeTypes: readonly NodeType[] = [
  step,
  set,
  pick,
  reply,
  fail,
  lose,
  ask,
  loop,
  switchNode,
  customNode,
  returnNode,
]

export function load(files: Readonly<Record<string, string>>, limits: Partial<Limits> = {}) {
  const sources = Object.entries(files).map(([file, text]) => ({ file, text }))
  return loadApplication(sources, {
    nodeTypes,
    triggerTypes: [endpoint, error, button, customNodeTrigger],
    actions: {},
    limits,
  })
}

export function compile(files: Readonly<Record<string, string>> | string, limits?: Partial<Limits>): Application {
  const { application, problems } = load(typeof files === 'string' ? { 'flow.yaml': files } : files, limits)
  if (!application) throw new Error(problems.map(describeProblem).join('\n'))
  return application
}

export function describeProblem({ file, line, column, code }: Problem): string {
  return `${file}:${line}:${column} ${code}`
}

export function problemsOf(files: Readonly<Record<string, string>> | string): string[] {
  return load(typeof files === 'string' ? { 'flow.yaml': files } : files).problems.map(describeProblem)
}

/** A flow whose text has ‸ where a problem is: the flow without it, and what `problemsOf` says of that problem. */
export function marked(flow: string, code: ProblemCode) {
  const before = flow.slice(0, flow.indexOf('‸')).split('\n')
  const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
  return { text: flow.replace('‸', ''), problem: `flow.yaml:${place} ${code}` }
}

const services = quietServices()

export interface StartOptions {
  readonly trigger?: CompiledTrigger
  readonly body?: unknown
  readonly api?: Services['api']
  readonly clock?: Services['clock']
  readonly log?: RunRequest['log']
}

/** Starts the application's first endpoint, or its first button. */
export function start(application: Application, { trigger, body, api, clock, log }: StartOptions = {}) {
  const chosen = trigger ?? application.endpoints[0] ?? application.buttons[0]
  if (!chosen) throw new Error('The application has neither endpoint nor button.')
  const visits: Visited[] = []
  const missing: string[] = []
  const observer: RunObserver = { visited: (visit) => visits.push(visit), missing: (path) => missing.push(path) }
  const data: Payload = { body, replyId: 'reply-1' }
  const request = {
    trigger: chosen,
    id: 'run-1',
    applicationId: 'application-1',
    data,
    services: { ...services, ...(api ? { api } : {}), ...(clock ? { clock } : {}) },
    log: log ?? (() => undefined),
  }
  const running = application.start(request, [observer])
  return { ...running, visits, missing, names: () => visits.map(({ nodeName }) => nodeName) }
}

/** Calls that are answered when the test wants it, in the order in which they came. */
export function heldCalls() {
  const held: ((outcome: ApiOutcome) => void)[] = []
  const api: Services['api'] = () => new Promise((resolve) => held.push(resolve))
  return { held, api }
}

/** Lets every promise that is settled be followed, and a loop that has paused after each of its iterations go on. */
export async function settle() {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
