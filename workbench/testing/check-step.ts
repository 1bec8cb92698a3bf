import type { Seeds } from '../../contracts/seeds.ts'
import { didYouMean, nearestName } from '../../engine/source/nearest-name.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import type { Reporter } from '../../engine/source/reporter.ts'
import { TextSyntaxError } from '../../engine/source/syntax-error.ts'
import { parsePath } from '../../engine/values/path.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import type { Stub } from './stand-in.ts'

/** A step after the schema has passed. */
export interface RawStep {
  readonly user?: string
  readonly clock?: string
  readonly request?: object
  readonly trigger?: object
  readonly call?: string
  readonly with?: unknown
  readonly expect?: Readonly<Record<string, unknown>>
  readonly save?: Readonly<Record<string, string>>
}

export interface RawTest extends RawStep {
  readonly name: string
  readonly steps?: readonly RawStep[]
  readonly seed?: Partial<Seeds>
  readonly random?: string | number
  readonly stubs?: Readonly<Record<string, Stub | readonly Stub[]>>
}

export interface ReadScope {
  /** ID of the flow next to the tests. */
  readonly flowId: string
  /** IDs of the nodes of each flow. */
  readonly nodeIds: ReadonlyMap<string, ReadonlySet<string>>
  readonly reporter: Reporter
}

const kinds = ['request', 'trigger', 'call'] as const
export type StepKind = (typeof kinds)[number]

/** Expectations that make no sense for a kind of step. */
const foreign: Readonly<Record<StepKind, readonly string[]>> = {
  request: ['result', 'returned'],
  trigger: ['result', 'status', 'headers', 'body'],
  call: ['status', 'headers', 'body', 'visits', 'payload', 'returned', 'debug', 'sent'],
}

/** Returns what the step does, and reports what is wrong with it. */
export function checkStep(raw: RawStep, at: DocumentPath, scope: ReadScope): StepKind {
  const { reporter } = scope
  const named = kinds.filter((kind) => raw[kind] !== undefined)
  if (named.length !== 1) {
    const message = `A step does one thing, and this one does ${named.length === 0 ? 'none' : named.join(' and ')}.`
    const hint = 'Say request: { method, path }, trigger: { data }, or call: with an action of the platform.'
    reporter.report({ code: 'TEST_INVALID', at, message, hint })
  }
  const [kind = 'request'] = named
  checkCall(raw, at, reporter)
  const { expect = {} } = raw
  for (const key of Object.keys(expect).filter((key) => named.length === 1 && foreign[kind].includes(key))) {
    const message = `A ${kind} has no ${key} that could be expected.`
    reporter.report({ code: 'TEST_INVALID', at: [...at, 'expect', key], atKey: true, message })
  }
  if (kind === 'trigger' && raw.trigger !== undefined) isFlowThere(scope, [...at, 'trigger'])
  const { visits, sent, payload } = expect
  // The schema has passed.
  if (visits) checkVisits(visits as readonly string[], [...at, 'expect', 'visits'], scope)
  if (payload) checkPaths(Object.keys(payload), [...at, 'expect', 'payload'], reporter)
  if (sent) checkNodeNames(Object.keys(sent), [...at, 'expect', 'sent'], scope)
  return kind
}

function checkCall(raw: RawStep, at: DocumentPath, reporter: Reporter): void {
  if (raw.call === undefined) {
    if (raw.with === undefined) return
    const message = '"with" has the parameters of a call, and there is none.'
    reporter.report({ code: 'TEST_INVALID', at: [...at, 'with'], atKey: true, message })
    return
  }
  const known = Object.keys(describeActions())
  if (known.includes(raw.call)) return
  const message = `The platform has no action "${raw.call}".`
  reporter.report({ code: 'TEST_INVALID', at: [...at, 'call'], message, hint: didYouMean(raw.call, known) })
}

/** A test with `steps` must not have the keys of a step itself. */
export function checkBeside(raw: RawTest, at: DocumentPath, reporter: Reporter): void {
  for (const key of ['request', 'trigger', 'call', 'with', 'expect', 'save'] as const) {
    if (raw[key] === undefined) continue
    const message = `A test with steps says "${key}" in one of them.`
    reporter.report({ code: 'TEST_INVALID', at: [...at, key], atKey: true, message })
  }
}

/** `names` are the keys at `at`. */
function checkPaths(names: readonly string[], at: DocumentPath, reporter: Reporter): void {
  for (const name of names) {
    try {
      parsePath(name)
    } catch (error) {
      if (!(error instanceof TextSyntaxError)) throw error
      reporter.report({ code: 'TEST_INVALID', at: [...at, name], atKey: true, message: error.message })
    }
  }
}

function checkVisits(names: readonly string[], at: DocumentPath, scope: ReadScope): void {
  names.forEach((name, index) => {
    checkNodeName(name, { at: [...at, index] }, scope)
  })
}

/** `names` are the keys at `at`. */
export function checkNodeNames(names: readonly string[], at: DocumentPath, scope: ReadScope): void {
  for (const name of names) checkNodeName(name, { at: [...at, name], atKey: true }, scope)
}

/** A node of the flow beside the tests, or FLOW/NODE for one of another flow. */
function checkNodeName(name: string, place: { readonly at: DocumentPath; readonly atKey?: boolean }, scope: ReadScope) {
  const { flowId, nodeIds, reporter } = scope
  const own = [...(nodeIds.get(flowId) ?? [])]
  const others = [...nodeIds]
    .filter(([flow]) => flow !== flowId)
    .flatMap(([flow, ids]) => [...ids].map((id) => `${flow}/${id}`))
  if (own.includes(name) || others.includes(name)) return
  const [, otherFlow] = /^(.*)\/[^/]*$/.exec(name) ?? []
  if (!isFlowThere(scope, place.at, otherFlow)) return
  const nearest = nearestName(name, name.includes('/') ? others : own)
  const meant = nearest ?? others.find((other) => other.endsWith(`/${name}`))
  const hint = meant === undefined ? 'Is the node there, and has it an id?' : `Did you mean "${meant}"?`
  reporter.report({
    code: 'TEST_INVALID',
    ...place,
    message: `No node of the flow ${flowId} has the ID "${name}".`,
    hint,
  })
}

/** Whether the flow exists; without a flow in the name, the one beside the tests. A missing flow is reported once a file, not for each of its nodes. */
function isFlowThere({ flowId, nodeIds, reporter }: ReadScope, at: DocumentPath, other?: string): boolean {
  const name = other ?? flowId
  if (nodeIds.has(name)) return true
  const message = other === undefined ? `There is no flow ${name} beside this file.` : `There is no flow ${name}.`
  if (reporter.problems.some((problem) => problem.message === message)) return false
  const nearest = nearestName(name, nodeIds.keys())
  const meant = nearest === undefined ? '' : `Did you mean "${nearest}"? `
  const hint =
    other === undefined
      ? `${meant}The tests of flows/NAME.yaml stand in flows/NAME.test.yaml; a node of another flow is FLOW/NODE.`
      : `${meant}A node of another flow is FLOW/NODE, with the name of its file.`
  reporter.report({ code: 'TEST_INVALID', at: other === undefined ? [] : at, message, hint })
  return false
}

export function checkNames(names: readonly string[], reporter: Reporter): void {
  names.forEach((name, index) => {
    if (!names.slice(0, index).includes(name)) return
    const message = `Another test of this file is called "${name}".`
    reporter.report({ code: 'TEST_INVALID', at: [index, 'name'], message, hint: 'Say what is different in this one.' })
  })
}
