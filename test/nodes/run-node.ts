/** Runs one node, written as in a flow, through the real loader, with services that are answered from tables. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import { FlowpotError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { UserRecord } from '../../contracts/users.ts'
import type { Application, Visited } from '../../engine/application.ts'
import type { Returned } from '../../engine/custom-node.ts'
import { makeEffects } from '../../engine/effects.ts'
import { anything } from '../../engine/json-schema/shape.ts'
import { loadApplication } from '../../engine/load/load-application.ts'
import { type NodeExample, outputsOf } from '../../engine/node.ts'
import { findButton } from '../../engine/run/find-button.ts'
import type { Effects, Reply, Services } from '../../engine/services.ts'
import type { Problem } from '../../engine/source/problem.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { nodeTypes } from '../../nodes/index.ts'
import { scopeOf } from '../../nodes/parts/storage-fields.ts'
import { button } from '../../nodes/triggers/button.ts'
import { customNodeTrigger } from '../../nodes/triggers/custom-node.ts'
import { createScriptPool } from '../../server/sandbox/script-pool.ts'
import { quietServices } from '../services.ts'

/** A button that hands in any payload, so that no path is known to be absent. */
const anyTrigger: typeof button = {
  ...button,
  shape: () => ({ data: anything, experience: anything }),
}

export interface NodeRun {
  readonly output: string | undefined
  readonly payload: Payload
  readonly reply: Reply | undefined
  readonly error: unknown
  /** Of a node that stands in a custom node. */
  readonly returned: Returned | undefined
  readonly calls: readonly { readonly call: string; readonly params: unknown }[]
  readonly logs: readonly { readonly level: string; readonly message: string; readonly details: unknown }[]
  readonly tokens: readonly unknown[]
  /** HTTP requests, mails, queries, Redis commands, MongoDB operations, MQTT messages and starts of flows, in order. A request's body is text if it can be. */
  readonly sent: readonly Readonly<Record<string, unknown>>[]
  /** What the flow has stored, by key. */
  readonly stored: Readonly<Record<string, unknown>>
}

type NodeCase = Omit<NodeExample, 'title' | 'expect'> & {
  readonly services?: Partial<Services>
  readonly actions?: ActionCatalog
}

/** What loading a flow of this node alone complains of. */
export function problemsOf(yaml: string, actions: ActionCatalog = {}): readonly Problem[] {
  return load(yaml, actions).problems
}

export async function runNode({
  yaml,
  payload,
  answers = {},
  responses = [],
  users = [],
  stored = {},
  earlier = [],
  buttons = {},
  flows = {},
  on,
  services,
  actions,
}: NodeCase): Promise<NodeRun> {
  const { application, problems } = load(yaml, actions ?? openCatalog(answers), { buttons, flows, on })
  const trigger = application?.triggers.find(({ flow }) => flow.id === 'example')
  if (!application || !trigger) throw new Error(`The node does not load: ${JSON.stringify(problems, null, 2)}`)

  const calls: { call: string; params: unknown }[] = []
  const logs: { level: string; message: string; details: unknown }[] = []
  const tokens: unknown[] = []
  const outputs: (string | undefined)[] = []
  const { sent, effects } = effectsOf(responses, application)
  const acting = quietServices({
    ...effects,
    api: async (call, params) => {
      calls.push({ call, params })
      return answers[call] ?? { error: { type: 'NotFound', statusCode: 404, message: 'There is no answer.' } }
    },
    users: tableOfUsers(users, tokens),
    clock: { now: () => 1_700_000_000_000 },
    ...services,
  })
  const run = ({ data, experience }: Payload) => {
    const request = {
      trigger,
      id: 'run-1',
      applicationId: '5f0000000000000000000000',
      data: { ...(data as object) },
      experience: { ...(experience as object) },
      services: acting,
      log: (level: string, message: string, details?: unknown) => logs.push({ level, message, details }),
    }
    const visited = ({ file, line, output }: Visited) =>
      file === 'example.yaml' && line === nodeLine && outputs.push(output)
    return application.start(request, [{ visited }]).done
  }

  const scope = scopeOf('flow', 'example', { within: '' })
  for (const [key, value] of Object.entries(stored)) {
    await acting.storage.update({ scope, key }, () => ({ value, result: undefined }))
  }
  for (const before of earlier) await run(before)
  outputs.length = 0
  const { payload: after, reply, error, returned } = await run(payload)
  const left = Object.fromEntries(await acting.storage.list(scope))
  return { output: outputs.at(-1), payload: after, reply, error, returned, calls, logs, tokens, sent, stored: left }
}

/** Has no thread before it runs a script. */
const scripts = createScriptPool({ timeoutMs: 2_000, memoryMb: 32 })

/** Where the node stands in the flow that `load` writes round it. */
const nodeLine = 4

/** Sends nothing, waits for nothing, and notes what it was asked for. Past the given responses, it answers as a dry run does. */
function effectsOf(responses: NonNullable<NodeExample['responses']>, application: Application) {
  const sent: Record<string, unknown>[] = []
  const left = [...responses]
  const {
    users: _,
    storage: __,
    api: ___,
    ...effects
  } = makeEffects(({ effect: { describe, dry, sent: isSent, stub } }) => async (...args) => {
    const asked = describe(...args)
    if (isSent) sent.push({ ...(asked as object) })
    const response = stub?.answer && !stub.fields.includes('sent') ? left.shift() : undefined
    if (response === undefined) return dry?.(...args)
    if ('error' in response) throw new FlowpotError('HTTP_NO_ANSWER', 500, response.error)
    if (stub?.fields.some((field) => field in response)) return stub.answer?.(response, ...args)
    throw new TypeError('HTTP is answered with a status, headers and a body; a query and a command, with a result.')
  })
  const startFlow: Effects['startFlow'] = async (start) => {
    findButton(application, start)
    await effects.startFlow(start)
    return { runId: '6a1c2d3e4f5a6b7c8d9e0f1b' }
  }
  return { sent, effects: { ...effects, startFlow, script: scripts.run } }
}

/** What the examples call their connections. */
/** Its variables are ones that every environment has, so that nothing is warned of. */
export const applicationFile = {
  file: 'application.yaml',
  text: `name: example
connections:
  readings: { env: PATH }
  cache: { env: PATH }
  garden: { env: PATH }
  images: { env: PATH }
`,
}

function load(
  yaml: string,
  actions: ActionCatalog,
  { buttons = {}, flows = {}, on }: Pick<NodeCase, 'buttons' | 'flows'> & { on?: string | undefined } = {},
) {
  const others = Object.entries(buttons).map(([id, button]) => ({
    file: `${id}.yaml`,
    text: `name: ${id}\non: { button: ${button} }\nnodes: [ { type: debug } ]\n`,
  }))
  const custom = Object.entries(flows).map(([id, text]) => ({ file: `${id}.yaml`, text }))
  const sources = [applicationFile, { file: 'example.yaml', text: flowAround(yaml, on) }, ...others, ...custom]
  return loadApplication(sources, { nodeTypes, triggerTypes: [anyTrigger, customNodeTrigger], actions })
}

/** A flow that begins with the node and has what its wires name. */
export function flowAround(yaml: string, on = '{ button: example }'): string {
  return `name: example\non: ${on}\nnodes:\n${asItem(yaml)}\n${targetsOf(yaml)}`
}

function asItem(yaml: string): string {
  return yaml
    .split('\n')
    .map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)
    .join('\n')
}

const stop = 'type: conditional, if: true, then: end, else: end'

/** The node that the example falls into, and those that its wires name. */
function targetsOf(yaml: string): string {
  const type = nodeTypes.find((candidate) => candidate.type === /^type: (\S+)/m.exec(yaml)?.[1])
  const wires = yaml.matchAll(/(?:^|[ {])(?:then|else|next|default): (?!(?:end|break)\b)([A-Za-z][\w-]*)(?=$| *[,}])/gm)
  const named = new Set([...wires].map(([, id]) => id))
  const isWired = (output: string) => new RegExp(`^${output}: \\w`, 'm').test(yaml)
  const outputs = type ? outputsOf(type, {}) : []
  const falls = outputs.some((output) => !isWired(output) && !type?.throwsUnlessWired?.includes(output))
  const below = falls && !type?.roles?.reply ? [`  - { ${stop} }`] : []
  return [...below, ...[...named].map((id) => `  - { id: ${id}, ${stop} }`)].join('\n')
}

function openCatalog(answers: Readonly<Record<string, ApiOutcome>>): ActionCatalog {
  return Object.fromEntries(Object.keys(answers).map((call) => [call, { summary: '', params: {}, result: {} }]))
}

function tableOfUsers(users: NonNullable<NodeExample['users']>, tokens: unknown[]): Services['users'] {
  const record = (user: { id: string; email: string } | undefined): UserRecord | null =>
    user ? { id: user.id, email: user.email } : null
  return {
    verifyPassword: async (email, password) =>
      record(users.find((user) => user.email === email && user.password === password)),
    verifyToken: async (token) => record(users.find(({ id }) => token === `token of ${id}`)),
    signToken: async (request) => {
      tokens.push(request)
      const user = users.find(({ id, email }) => request.user === id || request.user === email)
      return user ? `token of ${user.id}` : null
    },
  }
}
