/** Stubs the effects of a test, and notes which nodes are visited and what they send. */

import { defineError } from '../../contracts/errors.ts'
import { customNodeKey } from '../../engine/custom-node.ts'
import type { StubAnswer } from '../../engine/effect.ts'
import { type Act, callEffect, makeEffects } from '../../engine/effects.ts'
import type { Run, Visit } from '../../engine/node.ts'
import type { LinkedNode, WrapVisit } from '../../engine/run/linked-flow.ts'
import type { Services } from '../../engine/services.ts'

export type Node = Omit<LinkedNode, 'visit'>

/** How a test replaces a node: with the answers of its calls, with their failure, or with an output, so that the node is not visited. */
export interface Stub extends StubAnswer {
  readonly error?: string | { readonly statusCode?: number; readonly type?: string; readonly message: string }
  readonly output?: string
  /** Whether the test passes even if nothing asks for it. */
  readonly optional?: true
}

/** What happened in one step of a test. */
export interface StepTrace {
  /** In the order in which their visits began. */
  readonly visited: Node[]
  readonly sent: { readonly node: Node; readonly what: unknown }[]
  /** What is wrong with the stubs, each with what to write. */
  readonly complaints: { readonly message: string; readonly hint: string }[]
  /** The node that replied first. */
  repliedBy?: Node
}

export const noStub = defineError<{ problem: string }>('TEST_NO_STUB', 500, ({ problem }) => problem)
export const stubFails = defineError<{ message: string }>('TEST_STUB_FAILS', 500, ({ message }) => message)

export interface StandIn {
  /** The nodes of every flow; filled while the application is loaded. */
  readonly nodes: readonly Node[]
  readonly wrapVisit: WrapVisit
  /** Watches the nodes of the run with this ID. Returns a function that stops this. */
  watch(runId: string, watcher: Watcher): () => void
}

/** Called in place of `visit`, which is the visit of the node itself. */
export type Watcher = (node: Node, visit: Visit<string>, ...args: Parameters<Visit<string>>) => string | Promise<string>

export function createStandIn(): StandIn {
  const nodes: Node[] = []
  const watchers = new Map<string, Watcher>()
  return {
    nodes,
    wrapVisit(node, visit) {
      nodes.push(node)
      return (payload, run) => {
        const watcher = watchers.get(run.id)
        return watcher ? watcher(node, visit, payload, run) : visit(payload, run)
      }
    },
    watch(runId, watcher) {
      watchers.set(runId, watcher)
      return () => watchers.delete(runId)
    },
  }
}

export interface TestWatch {
  readonly watcher: Watcher
  /** Begins a step. */
  begin(): StepTrace
  /** Names of nodes with unused stubs; a list counts as used once its last stub was. */
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

  /** The stub of the node's next call. A stub that is not in a list answers every call. */
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

  /** A complaint fails the test, even if the flow handles the error. */
  const complain = (node: Node, problem: string, example: string) => {
    const name = nameOf(node)
    const message = `${placed(node)} ${problem}`
    const hint =
      name === undefined ? `Give the node an id, then say ${example} for it.` : `Say stubs: { ${name}: ${example} }`
    trace.complaints.push({ message, hint })
    return noStub({ problem: message }, { hint })
  }

  const servicesOf = (node: Node, services: Services): Services => {
    const effects = makeEffects((row) => {
      const { describe, sent, stub: stubbing } = row.effect
      const act: Act = (...args) => callEffect(services, row, args)
      if (!stubbing) return act
      return async (...args) => {
        // A copy, since the run goes on with the same payload.
        if (sent) trace.sent.push({ node, what: structuredClone(sent.show(describe(...args))) })
        const stub = take(node)
        const { does, example, fields, isOptional, answer, refuse } = stubbing
        if (!stub) {
          if (isOptional) return act(...args)
          const lacks = left.has(nameOf(node) ?? '') ? 'no stub left' : 'no stub'
          throw complain(node, `${does}, and the test has ${lacks} for it.`, example)
        }
        if (stub.error !== undefined) {
          const error = typeof stub.error === 'string' ? { message: stub.error } : stub.error
          if (refuse) return refuse({ statusCode: 500, type: 'Error', ...error })
          throw stubFails({ message: error.message })
        }
        if (fields.some((field) => stub[field] !== undefined)) return answer ? answer(stub, ...args) : act(...args)
        throw complain(node, `${does}, which its stub does not answer.`, example)
      }
    })
    return { ...services, ...effects }
  }

  const watcher: Watcher = (node, visit, payload, run) => {
    const { visited } = trace
    visited.push(node)
    // Loops and custom nodes need the run itself, since they go through other nodes with it. They call nothing themselves.
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

/** A loop is the only node with an output `do`, which leads into its body. */
export function isLoop({ targets }: Node): boolean {
  return Object.hasOwn(targets, 'do')
}

export function placed({ name, flow, line }: Node): string {
  return `${name} (${flow.file}:${line})`
}

function isList(stub: Stub | readonly Stub[]): stub is readonly Stub[] {
  return Array.isArray(stub)
}
