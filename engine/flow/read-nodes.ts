/** Reads a list of nodes and its inline branches from the YAML of a flow. `wireFlow` decides later where each wire leads. */
import { type NodeType, outputsOf, type RawConfig } from '../node.ts'
import { didYouMean } from '../source/nearest-name.ts'
import { type DocumentPath, writePlace } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { isMap } from '../values/is-map.ts'
import { splitFields, wireKeys } from './split-fields.ts'

export type ReadWire =
  | { readonly kind: 'end' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'break'; readonly at: DocumentPath }
  | { readonly kind: 'id'; readonly id: string; readonly at: DocumentPath }
  | { readonly kind: 'branch'; readonly nodes: readonly ReadNode[] }
  | { readonly kind: 'split'; readonly branches: readonly ReadWire[] }

export interface ReadNode {
  readonly id: string | undefined
  readonly name: string
  /** `undefined` if the type is unknown, which has been reported. */
  readonly type: NodeType | undefined
  readonly config: RawConfig
  readonly at: DocumentPath
  /** By output. */
  readonly wires: ReadonlyMap<string, { readonly wire: ReadWire; readonly at: DocumentPath }>
}

export const idPattern = /^[A-Za-z][A-Za-z0-9_-]*$/
export const reservedIds: ReadonlySet<string> = new Set(['end', 'break', 'stop'])

export interface NodeScope {
  readonly nodeTypes: ReadonlyMap<string, NodeType>
  readonly reporter: Reporter
}

export function readNodes(list: unknown, at: DocumentPath, scope: NodeScope): ReadNode[] {
  if (!Array.isArray(list)) {
    const message = `${writePlace(at)} must be a list of nodes.`
    refuse(at, message, 'Begin each node with "- type: …".', scope)
    return []
  }
  return list.flatMap((value: unknown, index) => readNode(value, [...at, index], scope) ?? [])
}

function readNode(value: unknown, at: DocumentPath, scope: NodeScope): ReadNode | undefined {
  const { reporter } = scope
  if (!isMap(value)) {
    const message = `${writePlace(at)} must be a node: a map with a type.`
    return refuse(at, message, 'Write "- type: reply" with its fields below it.', scope)
  }
  const type = readType(value, at, scope)
  const id = readId(value, at, scope)
  if (value.name !== undefined && typeof value.name !== 'string') {
    refuse([...at, 'name'], "A node's name must be text.", 'Put it in quotes.', scope)
  }

  const { config, wires: wireFields, misplaced } = splitFields(value, type)
  const outputs = type ? outputsOf(type, config) : []
  const wires = new Map<string, { wire: ReadWire; at: DocumentPath }>()
  for (const { output, leadsTo, at: below } of wireFields) {
    const wireAt = [...at, ...below]
    const wire = readWire(leadsTo, wireAt, scope)
    if (below[0] === 'on' && wireKeys.has(output)) reportOwnKey(output, wireAt, reporter)
    else if (type && !outputs.includes(output)) reportNoSuchOutput(output, type, outputs, wireAt, reporter)
    else if (wire) wires.set(output, { wire, at: wireAt })
  }
  if (type) for (const key of misplaced) reportMisplaced(key, type, outputs, [...at, key], scope)
  return { id, name: id ?? writePlace(at), type, config, at, wires }
}

function readType(value: RawConfig, at: DocumentPath, scope: NodeScope): NodeType | undefined {
  const { nodeTypes, reporter } = scope
  const name = value.type
  if (name === undefined) {
    const message = `${writePlace(at)} has no type.`
    reporter.report({ code: 'FLOW_MISSING_FIELD', at, message, hint: 'Every node has a type, such as "type: reply".' })
    return undefined
  }
  if (typeof name !== 'string') {
    const hint = 'Write the name of a type, such as "type: reply".'
    return refuse([...at, 'type'], "A node's type must be text.", hint, scope)
  }
  const type = nodeTypes.get(name)
  if (type) return type.roles?.customNode?.resolve?.(value) ?? type
  reporter.report({
    code: 'FLOW_UNKNOWN_NODE',
    at: [...at, 'type'],
    message: `There is no node type "${name}".`,
    hint: didYouMean(name, nodeTypes.keys()) ?? `The types are: ${[...nodeTypes.keys()].sort().join(', ')}.`,
  })
  return undefined
}

function readId({ id }: RawConfig, at: DocumentPath, scope: NodeScope): string | undefined {
  if (id === undefined) return undefined
  if (typeof id === 'string' && idPattern.test(id) && !reservedIds.has(id)) return id
  const message = reservedIds.has(String(id))
    ? `"${id}" is a word of the format and cannot be an ID.`
    : "A node's ID must begin with a letter, and have only letters, digits, - and _."
  return refuse([...at, 'id'], message, 'Write it like "create-device".', scope)
}

/** Reads the value of a wire: an ID, `end`, `stop`, `break`, an inline branch, or a split. */
export function readWire(value: unknown, at: DocumentPath, scope: NodeScope): ReadWire | undefined {
  if (value === 'end') return { kind: 'end' }
  if (value === 'stop') return { kind: 'stop' }
  if (value === 'break') return { kind: 'break', at }
  if (typeof value === 'string') return { kind: 'id', id: value, at }
  if (Array.isArray(value)) {
    const isSplit = value.some((item) => typeof item === 'string' || Array.isArray(item))
    if (!isSplit) return { kind: 'branch', nodes: readNodes(value, at, scope) }
    const branches = value.map((item: unknown, index) => {
      if (item === 'break' || item === 'stop') {
        const message = `${writePlace(at)} splits, and "${item}" alone is not a branch.`
        return refuse([...at, index], message, `Let the last node of one branch say "next: ${item}".`, scope)
      }
      if (!isMap(item)) return readWire(item, [...at, index], scope)
      const message = `${writePlace(at)} mixes an inline branch with a split.`
      const hint = 'In a split every element is an ID or a list of nodes: put this node into a list of its own.'
      return refuse([...at, index], message, hint, scope)
    })
    return { kind: 'split', branches: branches.filter((branch) => branch !== undefined) }
  }
  const hint = 'Write the ID of a node, "end", a list of nodes, or a list of IDs and lists.'
  return refuse(at, `${writePlace(at)} must lead somewhere.`, hint, scope)
}

function refuse(at: DocumentPath, message: string, hint: string, { reporter }: NodeScope): undefined {
  reporter.report({ code: 'FLOW_WRONG_TYPE', at, message, hint })
}

function reportNoSuchOutput(
  output: string,
  type: NodeType,
  outputs: readonly string[],
  at: DocumentPath,
  reporter: Reporter,
): void {
  const names = outputs.map((name) => `"${name}"`).join(', ')
  reporter.report({
    code: 'FLOW_UNKNOWN_OUTPUT',
    at,
    atKey: true,
    message: `${ofType(type)} has no output "${output}".`,
    hint: names === '' ? 'Nothing can follow it.' : `Its outputs are: ${names}.`,
  })
}

function ofType({ type, roles }: NodeType): string {
  const customNode = roles?.customNode?.definition
  return customNode ? `The custom node ${customNode.name}` : `A node of type ${type}`
}

function reportOwnKey(output: string, at: DocumentPath, reporter: Reporter): void {
  reporter.report({
    code: 'FLOW_UNKNOWN_OUTPUT',
    at,
    atKey: true,
    message: `"${output}" is not wired below "on".`,
    hint: `Write "${output}:" as a key of the node itself.`,
  })
}

/** Reports a key of the format that nodes of this type do not have, or not in this form. */
function reportMisplaced(
  key: string,
  type: NodeType,
  outputs: readonly string[],
  at: DocumentPath,
  scope: NodeScope,
): void {
  if (key !== 'on' || !type.roles?.customNode) return reportNoSuchOutput(key, type, outputs, at, scope.reporter)
  const hint = 'Write "on: { NAME: end }", with "end", the ID of a node or a list of nodes.'
  refuse(at, '"on" must be a map of outputs by name.', hint, scope)
}
