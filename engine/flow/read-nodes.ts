/** Reads a list of nodes and its inline branches from the YAML of a flow. `wireFlow` decides later where each wire leads. */

import { type NodeType, outputsOf, type RawConfig } from '../node.ts'
import { didYouMean } from '../source/nearest-name.ts'
import { type DocumentPath, writePlace } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { isMap } from '../values/is-map.ts'
import { partFields, wireKeys } from './part-fields.ts'

export type ReadWire =
  | { readonly kind: 'end' }
  | { readonly kind: 'break'; readonly at: DocumentPath }
  | { readonly kind: 'id'; readonly id: string; readonly at: DocumentPath }
  | { readonly kind: 'branch'; readonly nodes: readonly ReadNode[] }
  | { readonly kind: 'split'; readonly branches: readonly ReadWire[] }

export interface ReadNode {
  readonly id: string | undefined
  readonly name: string
  /** `undefined` if the type is not known, which has been reported. */
  readonly type: NodeType | undefined
  readonly config: RawConfig
  readonly at: DocumentPath
  /** Per output. */
  readonly wires: ReadonlyMap<string, { readonly wire: ReadWire; readonly at: DocumentPath }>
}

export const idPattern = /^[A-Za-z][A-Za-z0-9_-]*$/
export const reservedIds: ReadonlySet<string> = new Set(['end', 'break'])

export function readNodes(
  list: unknown,
  at: DocumentPath,
  types: ReadonlyMap<string, NodeType>,
  reporter: Reporter,
): ReadNode[] {
  if (!Array.isArray(list)) {
    reporter.report({
      code: 'FLOW_WRONG_TYPE',
      at,
      message: `${writePlace(at)} must be a list of nodes.`,
      hint: 'Begin each node with "- type: …".',
    })
    return []
  }
  return list.flatMap((value: unknown, index) => readNode(value, [...at, index], types, reporter) ?? [])
}

function readNode(
  value: unknown,
  at: DocumentPath,
  types: ReadonlyMap<string, NodeType>,
  reporter: Reporter,
): ReadNode | undefined {
  if (!isMap(value)) {
    reporter.report({
      code: 'FLOW_WRONG_TYPE',
      at,
      message: `${writePlace(at)} must be a node: a map with a type.`,
      hint: 'Write "- type: reply" with its fields below it.',
    })
    return undefined
  }
  const type = readType(value, at, types, reporter)
  const id = readId(value, at, reporter)
  if (value.name !== undefined && typeof value.name !== 'string') {
    reporter.report({
      code: 'FLOW_WRONG_TYPE',
      at: [...at, 'name'],
      message: "A node's name must be text.",
      hint: 'Quote it.',
    })
  }

  const { config, wires: wireFields, misplaced } = partFields(value, type)
  const outputs = type ? outputsOf(type, config) : []
  const wires = new Map<string, { wire: ReadWire; at: DocumentPath }>()
  for (const { output, leadsTo, at: below } of wireFields) {
    const wireAt = [...at, ...below]
    const wire = readWire(leadsTo, wireAt, types, reporter)
    if (below[0] === 'on' && wireKeys.has(output)) reportOwnKey(output, wireAt, reporter)
    else if (type && !outputs.includes(output)) reportNoSuchOutput(output, type, outputs, wireAt, reporter)
    else if (wire) wires.set(output, { wire, at: wireAt })
  }
  if (type) for (const key of misplaced) reportMisplaced(key, type, outputs, [...at, key], reporter)
  return { id, name: id ?? writePlace(at), type, config, at, wires }
}

function readType(
  value: Readonly<Record<string, unknown>>,
  at: DocumentPath,
  types: ReadonlyMap<string, NodeType>,
  reporter: Reporter,
): NodeType | undefined {
  const name = value.type
  if (typeof name === 'string') {
    const type = types.get(name)
    if (type) return type.roles?.customNode?.resolve?.(value) ?? type
    reporter.report({
      code: 'FLOW_UNKNOWN_NODE',
      at: [...at, 'type'],
      message: `There is no node type "${name}".`,
      hint: didYouMean(name, types.keys()) ?? `The types are: ${[...types.keys()].sort().join(', ')}.`,
    })
    return undefined
  }
  reporter.report(
    name === undefined
      ? {
          code: 'FLOW_MISSING_FIELD',
          at,
          message: `${writePlace(at)} has no type.`,
          hint: 'Every node says its type, such as "type: reply".',
        }
      : {
          code: 'FLOW_WRONG_TYPE',
          at: [...at, 'type'],
          message: "A node's type must be text.",
          hint: 'Write its name, such as "type: reply".',
        },
  )
  return undefined
}

function readId(value: Readonly<Record<string, unknown>>, at: DocumentPath, reporter: Reporter): string | undefined {
  if (value.id === undefined) return undefined
  if (typeof value.id === 'string' && idPattern.test(value.id) && !reservedIds.has(value.id)) return value.id
  reporter.report({
    code: 'FLOW_WRONG_TYPE',
    at: [...at, 'id'],
    message: reservedIds.has(String(value.id))
      ? `"${value.id}" is a word of the format and no ID.`
      : "A node's ID must begin with a letter and have letters, digits, - and _ alone.",
    hint: 'Write it like "create-device".',
  })
  return undefined
}

/** Reads the value of a wire: an ID, `end`, `break`, an inline branch, or a split. */
export function readWire(
  value: unknown,
  at: DocumentPath,
  types: ReadonlyMap<string, NodeType>,
  reporter: Reporter,
): ReadWire | undefined {
  if (value === 'end') return { kind: 'end' }
  if (value === 'break') return { kind: 'break', at }
  if (typeof value === 'string') return { kind: 'id', id: value, at }
  if (Array.isArray(value)) {
    const isSplit = value.some((item) => typeof item === 'string' || Array.isArray(item))
    if (!isSplit) return { kind: 'branch', nodes: readNodes(value, at, types, reporter) }
    const branches = value.map((item: unknown, index) => {
      if (!isMap(item) && item !== 'break') return readWire(item, [...at, index], types, reporter)
      reporter.report({
        code: 'FLOW_WRONG_TYPE',
        at: [...at, index],
        ...(item === 'break'
          ? {
              message: `${writePlace(at)} splits, and "break" alone is no branch.`,
              hint: 'Let the last node of one branch say "next: break".',
            }
          : {
              message: `${writePlace(at)} mixes a branch in place with a split.`,
              hint: 'In a split every element is an ID or a list of nodes: put this node into a list of its own.',
            }),
      })
      return undefined
    })
    return { kind: 'split', branches: branches.filter((branch) => branch !== undefined) }
  }
  reporter.report({
    code: 'FLOW_WRONG_TYPE',
    at,
    message: `${writePlace(at)} must lead somewhere.`,
    hint: 'Write the ID of a node, "end", a list of nodes, or a list of IDs and lists.',
  })
  return undefined
}

function reportNoSuchOutput(
  output: string,
  type: NodeType,
  outputs: readonly string[],
  at: DocumentPath,
  reporter: Reporter,
): void {
  const waysOut = outputs.map((name) => `"${name}"`).join(', ')
  reporter.report({
    code: 'FLOW_UNKNOWN_OUTPUT',
    at,
    atKey: true,
    message: `${ofType(type)} has no output "${output}".`,
    hint: waysOut === '' ? 'Nothing comes after it.' : `Its outputs are: ${waysOut}.`,
  })
}

function ofType({ type, roles }: NodeType): string {
  const stands = roles?.customNode?.definition
  return stands ? `The custom node ${stands.name}` : `A node of type ${type}`
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
  reporter: Reporter,
): void {
  if (key !== 'on' || !type.roles?.customNode) return reportNoSuchOutput(key, type, outputs, at, reporter)
  reporter.report({
    code: 'FLOW_WRONG_TYPE',
    at,
    message: '"on" must be a map: below it stand the ways out, by name.',
    hint: 'Write "on: { NAME: end }", with the ID of a node or a list of nodes in place of "end".',
  })
}
