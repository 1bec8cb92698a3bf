/** Splits the keys of a node into its configuration and its wires, which belong to the format. */
import type { NodeType, RawConfig } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import { isMap } from '../values/is-map.ts'

interface NodeFields {
  readonly config: RawConfig
  readonly wires: readonly WireField[]
  /** Keys of the format that a node of this type does not have. */
  readonly misplaced: readonly string[]
}

interface WireField {
  readonly output: string
  readonly leadsTo: unknown
  /** The path within the node. */
  readonly at: DocumentPath
}

const headKeys: ReadonlySet<string> = new Set(['id', 'type', 'name'])
/** Outputs with these names are wired by a key of the node itself. */
export const wireKeys: ReadonlySet<string> = new Set(['next', 'then', 'else', 'default', 'do'])
const otherKeys: ReadonlySet<string> = new Set(['on', 'cases'])

export function splitFields(node: Readonly<Record<string, unknown>>, type: NodeType | undefined): NodeFields {
  const config: Record<string, unknown> = {}
  const wires: WireField[] = []
  const misplaced: string[] = []
  for (const [key, value] of Object.entries(node)) {
    if (headKeys.has(key)) continue
    if (wireKeys.has(key)) wires.push({ output: key, leadsTo: value, at: [key] })
    else if (key === 'on' && type?.roles?.customNode && isMap(value)) wires.push(...wiresBelow(key, value))
    else if (key === 'cases' && type && Object.hasOwn(type.config.properties, key)) {
      config.cases = withoutWires(value)
      wires.push(...wiresOfCases(value))
    } else if (otherKeys.has(key)) misplaced.push(key)
    else Object.defineProperty(config, key, { value, enumerable: true })
  }
  return { config, wires, misplaced }
}

function wiresBelow(key: string, wires: Readonly<Record<string, unknown>>): WireField[] {
  return Object.entries(wires).map(([output, leadsTo]) => ({ output, leadsTo, at: [key, output] }))
}

/** Anything but a list of cases stays as it is, so that the schema reports it. */
function withoutWires(cases: unknown): unknown {
  if (!Array.isArray(cases)) return cases
  return cases.map((item: unknown) => {
    if (!isMap(item)) return item
    const { then: _, ...rest } = item
    return rest
  })
}

function wiresOfCases(cases: unknown): WireField[] {
  if (!Array.isArray(cases)) return []
  return cases.flatMap((item: unknown, index) => {
    if (!isMap(item) || !Object.hasOwn(item, 'then')) return []
    return [{ output: `cases[${index}]`, leadsTo: item.then, at: ['cases', index, 'then'] }]
  })
}
