/** Runs one node, written as in a flow, through the real loader, with services that are answered from tables. */

import { unknown } from '../../engine/check/shape.ts'
import { loadApplication } from '../../engine/load/load-application.ts'
import type { ActionCatalog, NodeExample } from '../../engine/node.ts'
import type { Payload } from '../../engine/payload.ts'
import type { Problem } from '../../engine/problem.ts'
import type { ApiOutcome, Reply, Services, UserRecord } from '../../engine/services.ts'
import { nodeTypes } from '../../nodes/index.ts'
import { button } from '../../nodes/triggers/button.ts'
import { quietServices } from '../services.ts'

/** A button that hands in any payload, so that no path is known to be absent. */
const anything: typeof button = {
  ...button,
  shape: () =>
    new Map([
      ['data', unknown],
      ['experience', unknown],
    ]),
}

export interface NodeRun {
  readonly output: string | undefined
  readonly payload: Payload
  readonly reply: Reply | undefined
  readonly error: unknown
  readonly calls: readonly { readonly call: string; readonly params: unknown }[]
  readonly logs: readonly { readonly level: string; readonly message: string; readonly details: unknown }[]
  readonly tokens: readonly unknown[]
}

type NodeCase = Pick<NodeExample, 'yaml' | 'payload' | 'answers' | 'users'> & {
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
  users = [],
  services,
  actions,
}: NodeCase): Promise<NodeRun> {
  const { application, problems } = load(yaml, actions ?? openCatalog(answers))
  const [trigger] = application?.buttons ?? []
  if (!application || !trigger) throw new Error(`The node does not load: ${JSON.stringify(problems, null, 2)}`)

  const calls: { call: string; params: unknown }[] = []
  const logs: { level: string; message: string; details: unknown }[] = []
  const tokens: unknown[] = []
  const outputs: (string | undefined)[] = []
  const running = application.start({
    trigger,
    id: 'run-1',
    applicationId: '5f0000000000000000000000',
    data: { ...(payload.data as object) },
    experience: { ...(payload.experience as object) },
    services: quietServices({
      api: async (call, params) => {
        calls.push({ call, params })
        return answers[call] ?? { error: { type: 'NotFound', statusCode: 404, message: 'There is no answer.' } }
      },
      users: tableOfUsers(users, tokens),
      clock: { now: () => 1_700_000_000_000 },
      ...services,
    }),
    log: (level, message, details) => logs.push({ level, message, details }),
    trace: { now: () => 0, visit: ({ output }) => outputs.push(output), missing: () => undefined },
  })
  const { payload: after, reply, error } = await running.done
  return { output: outputs[0], payload: after, reply, error, calls, logs, tokens }
}

function load(yaml: string, actions: ActionCatalog) {
  const text = `name: example\non: { button: example }\nnodes:\n${asItem(yaml)}\n${targetsOf(yaml)}`
  return loadApplication([{ file: 'example.yaml', text }], { nodeTypes, triggerTypes: [anything], actions })
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
  const named = [...yaml.matchAll(/^(?:then|else|next): (?!end$)(\w\S*)$/gm)].map(([, id]) => id)
  const isWired = (output: string) => new RegExp(`^${output}: \\w`, 'm').test(yaml)
  const falls = type?.outputs.some((output) => !isWired(output) && !type.throwsUnlessWired?.includes(output))
  const below = falls && !type?.endsPath ? [`  - { ${stop} }`] : []
  return [...below, ...named.map((id) => `  - { id: ${id}, ${stop} }`)].join('\n')
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
