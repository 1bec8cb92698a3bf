/** A flow between its YAML and its closures: nodes, their raw configuration, and where each output leads. */
import type { NodeType, RawConfig } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import type { TriggerType } from '../trigger.ts'

/** Where a wire leads: nothing is the end, several nodes are a split. */
export type Target = readonly FlowNode[]

export interface FlowNode {
  readonly id: string | undefined
  /** The ID, or the place in the flow: `nodes[2].else[0]`. */
  readonly name: string
  readonly type: NodeType
  readonly config: RawConfig
  readonly at: DocumentPath
  /** Outputs that the flow wires itself. */
  readonly wired: ReadonlySet<string>
  /** For every output that can be left by: where it leads. Filled by `wireFlow`. */
  readonly targets: Map<string, Target>
}

export interface FlowTrigger {
  readonly type: TriggerType
  readonly config: RawConfig
  readonly at: DocumentPath
  readonly start: Target
}

export interface FlowGraph {
  readonly nodes: readonly FlowNode[]
  readonly triggers: readonly FlowTrigger[]
}

/** Nodes in an order in which each comes after all that lead to it; the graph has no cycles. */
export function inRunOrder(graph: FlowGraph): readonly FlowNode[] {
  const seen = new Set<FlowNode>()
  const order: FlowNode[] = []
  const visit = (node: FlowNode) => {
    if (seen.has(node)) return
    seen.add(node)
    for (const target of node.targets.values()) target.forEach(visit)
    order.push(node)
  }
  for (const trigger of graph.triggers) trigger.start.forEach(visit)
  return order.reverse()
}
