/** Pairs the nodes of two versions of a flow. */
import { isDeepStrictEqual } from 'node:util'
import type { NodeOutline } from '../../engine/describe/outline.ts'

export interface Matched {
  /** Pairs, in the order of the later flow. */
  readonly pairs: readonly (readonly [before: NodeOutline, after: NodeOutline])[]
  readonly removed: readonly NodeOutline[]
  readonly added: readonly NodeOutline[]
}

/** How nodes are paired: first by ID, then by type and configuration, by type and place in the flow, and by type and order. */
const ways: readonly ((before: NodeOutline, after: NodeOutline) => boolean)[] = [
  (before, after) => before.id !== undefined && before.id === after.id,
  (before, after) => before.type === after.type && isDeepStrictEqual(before.config, after.config),
  (before, after) => before.type === after.type && before.name === after.name,
  (before, after) => before.type === after.type && (before.id === undefined || after.id === undefined),
]

export function matchNodes(before: readonly NodeOutline[], after: readonly NodeOutline[]): Matched {
  const left = new Set(before)
  const found = new Map<NodeOutline, NodeOutline>()
  for (const isSame of ways) {
    for (const node of after) {
      if (found.has(node)) continue
      const match = [...left].find((candidate) => isSame(candidate, node))
      if (!match) continue
      found.set(node, match)
      left.delete(match)
    }
  }
  return {
    pairs: after.flatMap((node) => {
      const match = found.get(node)
      return match ? [[match, node] as const] : []
    }),
    removed: [...left],
    added: after.filter((node) => !found.has(node)),
  }
}
