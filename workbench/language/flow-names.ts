/** Names in a flow. */
import type { CompiledFlow } from '../../engine/compile/compiled-flow.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import type { YamlDocument } from '../../engine/source/yaml-document.ts'
import { isMap } from '../../engine/values/is-map.ts'

export interface WrittenNode {
  readonly id: string | undefined
  readonly type: string
  readonly at: DocumentPath
}

/** The nodes of a flow as data, also of one that has problems. */
export function nodesIn(raw: unknown): readonly WrittenNode[] {
  const found: WrittenNode[] = []
  const seen = new Set<unknown>()
  const walk = (value: unknown, at: DocumentPath): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    // Through an alias, several places share one value.
    seen.add(value)
    const isInList = typeof at.at(-1) === 'number'
    if (isMap(value) && isInList && typeof value.type === 'string') {
      found.push({ id: typeof value.id === 'string' ? value.id : undefined, type: value.type, at })
    }
    for (const [key, below] of Object.entries(value)) walk(below, [...at, Array.isArray(value) ? Number(key) : key])
  }
  if (isMap(raw)) walk(raw.nodes, ['nodes'])
  return found
}

export function flowOf(flows: ReadonlyMap<YamlDocument, CompiledFlow>, id: string): CompiledFlow | undefined {
  return [...flows.values()].find(({ flow }) => flow.id === id)
}
