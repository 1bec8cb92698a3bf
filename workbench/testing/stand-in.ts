/** Stands in, during a test, for what would leave the process, and notes which nodes are visited and what they send. */

import { defineError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Storage } from '../../contracts/storage.ts'
import { customNodeKey } from '../../engine/custom-node.ts'
import type { Run, Visit } from '../../engine/node.ts'
import type { LinkedNode, WrapVisit } from '../../engine/run/linked-flow.ts'
import { secretNames } from '../../engine/secret-names.ts'
import type { HttpResponse, Services, SqlResult } from '../../engine/services.ts'
import { isMap } from '../../engine/values/is-map.ts'
import {
  describeCommand,
  describeMail,
  describeMessage,
  describeOperation,
  describeQuery,
  describeRequest,
  describeStart,
} from '../dry-run/recorded-effects.ts'

export type Node = Omit<LinkedNode, 'visit'>

/** What a test says that a node's call gives. */
export interface Stub {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly sent?: true
  readonly result?: unknown
  readonly error?: string | { readonly statusCode?: number; readonly type?: string; readonly message: string }
  readonly output?: string
  /** Whether the test passes also where nothing asks for it. */
  readonly optional?: true
}

/** What has happened in one step of a test. */
export interface StepTrace {
  /** In the order in which their visits began. */
  readonly visited: Node[]
  readonly sent: { readonly node: Node; readonly what: unknown }[]
  /** What is wrong with the stubs, each with what to write. */
  readonly complaints: { readonly message: string; readonly hint: string }[]
  /** The node whose reply was the first. */
  repliedBy?: Node
}

export const noStub = defineError<{ problem: string }>('TEST_NO_STUB', 500, ({ problem }) => problem)
export const stubFails = defineError<{ message: string }>('TEST_STUB_FAILS', 500, ({ message }) => message)

export interface StandIn {
  /** Of every flow. Filled as the application is loaded. */
  readonly nodes: readonly Node[]
  readonly wrapVisit: WrapVisit
  /** Runs that act with these services are watched from here on. */
  watch(services: Services, watcher: Watcher): void
}

/** `visit` is the node's own. */
export type Watcher = (node: Node, visit: Visit<string>, ...args: Parameters<Visit<string>>) => string | Promise<string>

export function createStandIn(): StandIn {
  const nodes: Node[] = []
  const watchers = new WeakMap<Services, Watcher>()
  return {
    nodes,
    wrapVisit(node, visit) {
      nodes.push(node)
      return (payload, run) => {
        const watcher = watchers.get(run.services)
        return watcher ? watcher(node, visit, payload, run) : visit(payload, run)
      }
    },
    watch: (services, watcher) => watchers.set(services, watcher),
  }
}

export interface TestWatch {
  readonly watcher: Watcher
  /** Begins a step. */
  begin(): StepTrace
  /** Names of nodes whose stubs nothing has asked for: none of them, or not the last of a list. */
  unused(): readonly string[]
}

/** `nameOf` is how the test calls a node; nodes without an ID have no name. */
export function createTestWatch(
  stubs: Readonly<Record<string, Stub | readonly Stub[]>>,
  nameOf: (node: Node) => string | undefined,
): TestWatch {
  const left = new Map<string, Stub | Stub[]>(
    Object.entries(stubs).map(([name, stub]) => [name, isList(stub) ? [...stub] : stub]),
  )
  const taken = new Set<string>()
  let trace = createTrace()

  /** The stub of the node's next call; one that is no list is for every call. */
  const peek = (node: Node): Stub | undefined => {
    const stub = left.get(nameOf(node) ?? '')
    return Array.isArray(stub) ? stub[0] : stub
  }
  const take = (node: Node): Stub | undefined => {
    const name = nameOf(node) ?? ''
    const stub = left.get(name)
    taken.add(name)
    return Array.isArray(stub) ? stub.shift() : stub
  }

  /** The test fails by it, also where the flow goes on by another way. */
  const complain = (node: Node, problem: string, example: string) => {
    const name = nameOf(node)
    const message = `${placed(node)} ${problem}`
    const hint =
      name === undefined ? `Give the node an id, then say ${example} for it.` : `Say stubs: { ${name}: ${example} }`
    trace.complaints.push({ message, hint })
    return noStub({ problem: message }, { hint })
  }

  const answer = (node: Node, kind: keyof typeof effects): Stub => {
    const { does, example, fields } = effects[kind]
    const stub = take(node)
    if (!stub) {
      const lacks = left.has(nameOf(node) ?? '') ? 'no stub left' : 'no stub'
      throw complain(node, `${does}, and the test has ${lacks} for it.`, example)
    }
    if (stub.error !== undefined)
      throw stubFails({ message: typeof stub.error === 'string' ? stub.error : stub.error.message })
    if (!fields.some((field) => stub[field] !== undefined))
      throw complain(node, `${does}, which its stub does not answer.`, example)
    return stub
  }

  const servicesOf = (node: Node, services: Services): Services => ({
    ...services,
    async http(request) {
      trace.sent.push({ node, what: describeRequest(request, secretNames) })
      return httpResponse(answer(node, 'http'))
    },
    async mail(message) {
      trace.sent.push({ node, what: describeMail(message) })
      answer(node, 'mail')
    },
    async sql(request) {
      trace.sent.push({ node, what: describeQuery(request) })
      return sqlResult(answer(node, 'sql'))
    },
    async redis(request) {
      trace.sent.push({ node, what: describeCommand(request) })
      return structuredClone(answer(node, 'redis').result)
    },
    async mongo(request) {
      trace.sent.push({ node, what: describeOperation(request) })
      return structuredClone(answer(node, 'mongo').result)
    },
    async publish(topic, message) {
      trace.sent.push({ node, what: describeMessage(topic, message) })
      answer(node, 'mqtt')
    },
    async startFlow(start) {
      trace.sent.push({ node, what: describeStart(start) })
      // What comes of it is known without a stub: a run, of which the test sees nothing.
      if (peek(node)) answer(node, 'flow')
      return services.startFlow(start)
    },
    async api(call, params) {
      // Without a stub the platform answers, which is the test's own.
      const stub = take(node)
      if (!stub) return services.api(call, params)
      if (stub.result !== undefined || stub.error !== undefined) return apiOutcome(stub)
      throw complain(node, 'calls the platform, which its stub does not answer.', '{ result: {} }')
    },
    storage: storedIn(() => take(node), services.storage),
  })

  const watcher: Watcher = (node, visit, payload, run) => {
    const { visited } = trace
    visited.push(node)
    // Both are visited with the run itself, since they go through other nodes on it; and they call nothing.
    if (isLoop(node)) return visit(payload, run)
    const { output } = peek(node) ?? {}
    if (output === undefined && node.type === customNodeKey) return visit(payload, run)
    if (output === undefined) return visit(payload, runOf(node, run, servicesOf(node, run.services), trace))
    take(node)
    if (Object.hasOwn(node.targets, output)) return output
    const outputs = Object.keys(node.targets)
    throw complain(node, `has no output "${output}".`, `{ output: ${outputs[0] ?? '…'} }`)
  }

  return {
    watcher,
    begin() {
      trace = createTrace()
      return trace
    },
    unused: () =>
      [...left].flatMap(([name, stub]) => {
        const isUsed = taken.has(name) && !(Array.isArray(stub) && stub.length > 0)
        return isUsed || [stub].flat().some(({ optional }) => optional) ? [] : [name]
      }),
  }
}

function createTrace(): StepTrace {
  return { visited: [], sent: [], complaints: [] }
}

function runOf(node: Node, run: Run, services: Services, trace: StepTrace): Run {
  return {
    id: run.id,
    services,
    depth: run.depth,
    within: run.within,
    leave: (output, value) => run.leave(output, value),
    get signal() {
      return run.signal
    },
    log: (level, message, details) => run.log(level, message, details),
    reply(reply) {
      const isFirst = run.reply(reply)
      if (isFirst) trace.repliedBy = node
      return isFirst
    },
  }
}

const effects = {
  http: { does: 'makes an HTTP request', example: '{ status: 200, body: {} }', fields: ['status', 'body', 'headers'] },
  mail: { does: 'sends mail', example: '{ sent: true }', fields: ['sent'] },
  sql: { does: 'asks a database', example: '{ result: [ { id: 1 } ] }', fields: ['result'] },
  redis: { does: 'asks Redis', example: '{ result: OK }', fields: ['result'] },
  mongo: { does: 'asks MongoDB', example: '{ result: [ { name: Fern } ] }', fields: ['result'] },
  mqtt: { does: 'sends an MQTT message', example: '{ sent: true }', fields: ['sent'] },
  flow: { does: 'starts a flow', example: '{ sent: true }', fields: ['sent'] },
} as const satisfies Record<string, { does: string; example: string; fields: readonly (keyof Stub)[] }>

function httpResponse({ status = 200, headers = {}, body }: Stub): HttpResponse {
  const isJson = body !== undefined && typeof body !== 'string'
  return {
    status,
    headers: {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    },
    body: Buffer.from(body === undefined ? '' : isJson ? JSON.stringify(body) : body),
  }
}

/** A stub's rows: what it says in a list, or one. */
function sqlResult({ result }: Stub): SqlResult {
  const rows = [structuredClone(result)].flat().filter(isMap)
  return { rows, count: rows.length }
}

/** Of a node that keeps values over runs a stub says what is stored, or, of several, a map of it by key. */
function storedIn(take: () => Stub | undefined, storage: Storage): Storage {
  const or = async <Result>(fromStub: (stored: unknown) => Result, fromStorage: () => Promise<Result>) => {
    const { result, error } = take() ?? {}
    if (error !== undefined) throw stubFails({ message: typeof error === 'string' ? error : error.message })
    return result === undefined ? fromStorage() : fromStub(structuredClone(result))
  }
  return {
    get: (slot) =>
      or(
        (stored) => stored,
        () => storage.get(slot),
      ),
    list: (scope) =>
      or(
        (stored) => new Map(isMap(stored) ? Object.entries(stored) : []),
        () => storage.list(scope),
      ),
    // What the node makes of it is stored nowhere.
    update: (slot, change) =>
      or(
        (stored) => change(stored).result,
        () => storage.update(slot, change),
      ),
  }
}

function apiOutcome({ result, error }: Stub): ApiOutcome {
  if (error === undefined) return { result: structuredClone(result) }
  const { statusCode = 500, type = 'Error', message } = typeof error === 'string' ? { message: error } : error
  return { error: { type, statusCode, message } }
}

/** The output `do` leads into its body. */
export function isLoop({ targets }: Node): boolean {
  return Object.hasOwn(targets, 'do')
}

export function placed({ name, flow, line }: Node): string {
  return `${name} (${flow.file}:${line})`
}

function isList(stub: Stub | readonly Stub[]): stub is readonly Stub[] {
  return Array.isArray(stub)
}
