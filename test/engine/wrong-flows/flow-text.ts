/** A sound flow's text and the places in it that can be made wrong, found by the YAML library alone. */
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { type NodeType, outputsOf } from '../../../engine/node.ts'
import type { SourceFile } from '../../../engine/source/position.ts'
import { nodeTypes } from '../../../nodes/index.ts'

/** What a test starts from: it loads without a problem. */
export interface SoundFlow {
  readonly text: string
  readonly application: SourceFile
}

export interface Edit {
  readonly offset: number
  readonly length: number
  readonly insert: string
}

export interface NodePlace {
  readonly map: YAMLMap
  readonly type: NodeType
  readonly id: string | undefined
  readonly list: YAMLSeq
  readonly index: number
  readonly loop: NodePlace | undefined
  /** From the root on, as one text, so that a node's begins with that of each node round it. */
  readonly path: string
  readonly isInFlow: boolean
}

/** A field of a node, or of something within one. */
export interface Field {
  readonly node: NodePlace
  readonly schema: FieldSchema
  readonly map: YAMLMap
  readonly pair: Pair
  readonly isRequired: boolean
  readonly isInFlow: boolean
}

export interface FieldSchema {
  readonly 'x-flowpot'?: string
  readonly 'x-flowpot-of'?: unknown
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly anyOf?: readonly FieldSchema[]
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
  readonly items?: FieldSchema
}

export const wireKeys: readonly string[] = ['next', 'then', 'else', 'default', 'do']

export class FlowText {
  readonly text: string
  readonly root: YAMLMap
  /** In the order of the file. */
  readonly nodes: readonly NodePlace[]
  readonly triggers: readonly YAMLMap[]
  readonly fields: readonly Field[]

  constructor(text: string) {
    this.text = text
    const { contents } = parseDocument(text, { schema: 'core', merge: false, stringKeys: true })
    if (!isMap(contents)) throw new Error('A sound flow is a map.')
    this.root = contents
    const nodes: NodePlace[] = []
    const list: unknown = contents.get('nodes')
    if (isSeq(list)) collect(list, { path: 'nodes', loop: undefined, isInFlow: list.flow === true }, nodes)
    this.nodes = nodes.sort((a, b) => this.start(a.map) - this.start(b.map))
    const on: unknown = contents.get('on')
    this.triggers = (isSeq(on) ? on.items : [on]).filter(isMap)
    this.fields = nodes.flatMap((node) => fieldsOf(node, node.map, node.type.config as FieldSchema, node.isInFlow))
  }

  keyed(map: YAMLMap, key: string): Pair | undefined {
    return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
  }

  start(node: unknown): number {
    return rangeOf(node)[0]
  }

  /** Without the space and the line ends after it. */
  end(node: unknown): number {
    const [start, end] = rangeOf(node)
    return start + this.text.slice(start, end).trimEnd().length
  }

  columnOf(offset: number): number {
    return offset - (this.text.lastIndexOf('\n', offset - 1) + 1)
  }

  replace(node: unknown, insert: string): Edit {
    return { offset: this.start(node), length: this.end(node) - this.start(node), insert }
  }

  /** Puts `key: value` before the map's first key. */
  addPair(map: YAMLMap, pair: string): Edit {
    const offset = this.start(map.items[0]?.key)
    const next = map.flow ? ', ' : `\n${' '.repeat(this.columnOf(offset))}`
    return { offset, length: 0, insert: pair + next }
  }

  /** Takes out a pair that is not the map's first. */
  removePair(map: YAMLMap, pair: Pair): Edit | undefined {
    const before = map.items[map.items.indexOf(pair) - 1]
    if (!before || !hasRange(before.value) || !hasRange(pair.value)) return undefined
    const offset = this.end(before.value)
    return { offset, length: this.end(pair.value) - offset, insert: '' }
  }

  /** Puts a node, written as a flow map, before that at `index`. */
  addNode({ list, index }: NodePlace, node: string): Edit {
    const start = this.start(list.items[index])
    if (list.flow) return { offset: start, length: 0, insert: `${node}, ` }
    const dash = this.text.lastIndexOf('-', start)
    return { offset: dash, length: 0, insert: `- ${node}\n${' '.repeat(this.columnOf(dash))}` }
  }
}

interface Within {
  readonly path: string
  readonly loop: NodePlace | undefined
  readonly isInFlow: boolean
}

function collect(list: YAMLSeq, within: Within, nodes: NodePlace[]): void {
  for (const [index, item] of list.items.entries()) {
    const path = `${within.path}/${index}`
    const isInFlow = within.isInFlow || list.flow === true
    if (isSeq(item)) collect(item, { ...within, path, isInFlow }, nodes)
    if (!isMap(item)) continue
    const type = nodeTypes.find(({ type }) => type === item.get('type'))
    if (!type) continue
    const id = item.get('id')
    const node: NodePlace = {
      map: item,
      type,
      id: typeof id === 'string' ? id : undefined,
      list,
      index,
      loop: within.loop,
      path: `${path}/`,
      isInFlow: isInFlow || item.flow === true,
    }
    nodes.push(node)
    for (const { key, value } of wiresOf(node)) {
      const loop = key === 'do' ? node : within.loop
      if (isSeq(value)) collect(value, { path: `${path}/${key}`, loop, isInFlow: node.isInFlow }, nodes)
    }
  }
}

/** The wires that a node says, with those of its cases. */
export function wiresOf({ map }: Pick<NodePlace, 'map'>): { key: string; value: unknown }[] {
  const own = map.items.flatMap(({ key, value }) =>
    isScalar(key) && wireKeys.includes(String(key.value)) ? [{ key: String(key.value), value }] : [],
  )
  const cases = map.get('cases')
  if (!isSeq(cases)) return own
  return [
    ...own,
    ...cases.items.flatMap((item, index) => {
      const value: unknown = isMap(item) ? item.get('then', true) : undefined
      return value === undefined ? [] : [{ key: `cases[${index}]`, value }]
    }),
  ]
}

export function outputsAt({ type, map }: NodePlace): readonly string[] {
  return outputsOf(type, map.toJSON())
}

function fieldsOf(node: NodePlace, map: YAMLMap, schema: FieldSchema, isInFlow: boolean): Field[] {
  return map.items.flatMap((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    const field = schema.properties?.[key]
    if (!field || !hasRange(pair.value)) return []
    const isRequired = schema.required?.includes(key) ?? false
    const own: Field = { node, schema: field, map, pair, isRequired, isInFlow }
    const below = field['x-flowpot'] === undefined ? within(pair.value, field) : []
    return [own, ...below]
  })

  function within(value: unknown, field: FieldSchema): Field[] {
    if (isMap(value)) return fieldsOf(node, value, field, isInFlow || value.flow === true)
    const { items } = field
    if (!isSeq(value) || !items) return []
    return value.items.flatMap((item) =>
      isMap(item) ? fieldsOf(node, item, items, isInFlow || value.flow === true || item.flow === true) : [],
    )
  }
}

function hasRange(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}

function rangeOf(node: unknown): readonly [number, number] {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) {
    throw new Error('What was parsed has a range.')
  }
  return [Number(node.range[0]), Number(node.range[1])]
}
