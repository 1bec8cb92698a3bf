/** Where the names of an application stand: node IDs, custom nodes, flows, buttons and keys of stored values. */

import { customNodeKey } from '../../engine/custom-node.ts'
import { reservedIds } from '../../engine/flow/read-nodes.ts'
import { wireKeys } from '../../engine/flow/split-fields.ts'
import type { CheckedApplication } from '../../engine/load/check-application.ts'
import { flowIdOf, isFlowFile, isTestFile } from '../../engine/load/file-kinds.ts'
import type { DocumentPath, SourceFile } from '../../engine/source/position.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { nodesIn } from './flow-names.ts'
import { dataOf, readTree, valueAt } from './yaml-place.ts'

export type NameKind = 'node' | 'custom node' | 'flow' | 'button' | 'stored key'

/** Two names are the same if these three are. */
export interface Name {
  readonly kind: NameKind
  /** The flow that it belongs to; empty for names of the whole application. */
  readonly scope: string
  readonly name: string
}

export interface Occurrence extends Name {
  readonly file: string
  readonly path: DocumentPath
  /** It is a key and not a value. */
  readonly isKey: boolean
  /** How many characters of the value precede the name, as in FLOW/NODE. */
  readonly lead: number
  readonly isDefinition: boolean
}

/** Keyed by the file, so that only changed files are read again. */
const known = new WeakMap<SourceFile, readonly Occurrence[]>()

export function occurrencesIn(
  sources: readonly SourceFile[],
  { scope }: Pick<CheckedApplication, 'scope'>,
): readonly Occurrence[] {
  const storing = [...scope.nodeTypes.values()].filter(({ type }) => type.endsWith('-value')).map(({ type }) => type)
  return sources.flatMap((source) => {
    const found = known.get(source) ?? readFile(source, storing)
    known.set(source, found)
    return found
  })
}

function readFile(source: SourceFile, storing: readonly string[]): readonly Occurrence[] {
  const { file } = source
  if (!isFlowFile(file) && !isTestFile(file)) return []
  const tree = readTree(file, source.text)
  const raw = tree && dataOf(tree)
  const found = isTestFile(file) ? inTests(raw, flowIdOf(file)) : inFlow(raw, flowIdOf(file), storing)
  return found.map((one) => ({ isKey: false, lead: 0, isDefinition: false, ...one, file }))
}

type Found = Name & Pick<Occurrence, 'path'> & Partial<Pick<Occurrence, 'isKey' | 'lead' | 'isDefinition'>>

function inFlow(raw: unknown, flow: string, storing: readonly string[]): readonly Found[] {
  const on: unknown = isMap(raw) ? raw.on : undefined
  const triggers: readonly (readonly [unknown, DocumentPath])[] = Array.isArray(on)
    ? on.map((one: unknown, i) => [one, ['on', i]])
    : [[on, ['on']]]
  const ofTriggers = triggers.flatMap(([trigger, at]): readonly Found[] => {
    if (!isMap(trigger)) return []
    return [
      ...text(trigger.button, [...at, 'button'], { kind: 'button', scope: flow, isDefinition: true }),
      ...text(trigger[customNodeKey], [...at, customNodeKey], { kind: 'custom node', scope: '', isDefinition: true }),
      ...wire(trigger.then, [...at, 'then'], flow),
    ]
  })
  const ofNodes = nodesIn(raw).flatMap(({ at }): readonly Found[] => {
    const node = valueAt(raw, at)
    if (!isMap(node)) return []
    const own: Found[] = [...text(node.id, [...at, 'id'], { kind: 'node', scope: flow, isDefinition: true })]
    for (const key of wireKeys) own.push(...wire(node[key], [...at, key], flow))
    if (isMap(node.on)) {
      for (const [output, leadsTo] of Object.entries(node.on)) own.push(...wire(leadsTo, [...at, 'on', output], flow))
    }
    if (Array.isArray(node.cases)) {
      own.push(
        ...node.cases.flatMap((one: unknown, i) =>
          isMap(one) ? wire(one.then, [...at, 'cases', i, 'then'], flow) : [],
        ),
      )
    }
    if (node.type === customNodeKey) own.push(...text(node.node, [...at, 'node'], { kind: 'custom node', scope: '' }))
    if (node.type === 'workflow-trigger') {
      own.push(...text(node.flow, [...at, 'flow'], { kind: 'flow', scope: '' }))
      own.push(...text(node.button, [...at, 'button'], { kind: 'button', scope: String(node.flow) }))
    }
    if (storing.includes(String(node.type))) {
      own.push(
        ...text(node.key, [...at, 'key'], { kind: 'stored key', scope: node.scope === 'application' ? '' : flow }),
      )
    }
    return own
  })
  return [...ofTriggers, ...ofNodes]
}

/** A name that a template computes is known to nobody before the run. */
function text(
  value: unknown,
  path: DocumentPath,
  about: Pick<Found, 'kind' | 'scope' | 'isDefinition'>,
): readonly Found[] {
  return typeof value === 'string' && !/<<|\{\{/.test(value) ? [{ ...about, name: value, path }] : []
}

/** IDs that a wire leads to. The nodes of a branch in place speak for themselves. */
function wire(value: unknown, path: DocumentPath, flow: string): readonly Found[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, i) => (isMap(item) ? [] : wire(item, [...path, i], flow)))
  return typeof value === 'string' && !reservedIds.has(value) ? text(value, path, { kind: 'node', scope: flow }) : []
}

function inTests(raw: unknown, flow: string): readonly Found[] {
  if (!Array.isArray(raw)) return []
  return raw.flatMap((test: unknown, index) => {
    if (!isMap(test)) return []
    const steps = Array.isArray(test.steps)
      ? test.steps.map((step: unknown, i) => [step, [index, 'steps', i]] as const)
      : []
    return [
      ...keys(test.stubs, [index, 'stubs'], flow),
      ...[[test, [index]] as const, ...steps].flatMap(([step, at]) => (isMap(step) ? inStep(step, at, flow) : [])),
    ]
  })
}

function inStep(
  { expect, trigger }: Readonly<Record<string, unknown>>,
  at: DocumentPath,
  flow: string,
): readonly Found[] {
  const button = isMap(trigger) ? text(trigger.on, [...at, 'trigger', 'on'], { kind: 'button', scope: flow }) : []
  if (!isMap(expect)) return button
  const visits = Array.isArray(expect.visits) ? expect.visits : []
  return [
    ...button,
    ...visits.flatMap((name: unknown, i) => nodeName(name, { path: [...at, 'expect', 'visits', i] }, flow)),
    ...keys(expect.sent, [...at, 'expect', 'sent'], flow),
  ]
}

function keys(map: unknown, at: DocumentPath, flow: string): readonly Found[] {
  return isMap(map)
    ? Object.keys(map).flatMap((name) => nodeName(name, { path: [...at, name], isKey: true }, flow))
    : []
}

/** `ID` of the flow next to the tests, or `FLOW/ID`. */
function nodeName(name: unknown, place: Pick<Found, 'path' | 'isKey'>, flow: string): readonly Found[] {
  if (typeof name !== 'string') return []
  const slash = name.lastIndexOf('/')
  const scope = slash === -1 ? flow : name.slice(0, slash)
  return [{ kind: 'node', scope, name: name.slice(slash + 1), lead: slash + 1, ...place }]
}
