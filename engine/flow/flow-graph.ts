/** A flow between its YAML and its closures: nodes, their raw configuration, and where each output leads. */
import type { NodeType, RawConfig } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import type { TriggerType } from '../trigger.ts'

/** Where a wire leads: nothing is the end, several nodes are a split. */
export type Target = readonly FlowNode[]

/** Where `break` leads: known by its identity, and an end for whoever does not ask. */
export const breakTarget: Target = []

export interface FlowNode {
  readonly id: string | undefined
  /** The ID, or the place in the flow: `nodes[2].else[0]`. */
  readonly name: string
  readonly type: NodeType
  readonly config: RawConfig
  readonly at: DocumentPath
  /** The innermost loop that the node stands in. */
  readonly loop: FlowNode | undefined
  /** Outputs that the flow wires itself, and where it does. */
  readonly wiredAt: ReadonlyMap<string, DocumentPath>
  /** For every output that can be left by, and for a loop's `do`: where it leads. Filled by `wireFlow`. */
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

/** Whether `output` leads to the nodes of a loop's iteration, which come back to it. */
export function isBody(node: FlowNode, output: string): boolean {
  return node.type.roles?.loop !== undefined && output === 'do'
}

/** The ways on from a node once it has been visited. */
export function outgoingWires(node: FlowNode): readonly (readonly [output: string, target: Target])[] {
  return [...node.targets].filter(([output]) => !isBody(node, output))
}

/** Whether the node stands in the loop, or in one within it. */
export function isWithin({ loop }: FlowNode, outer: FlowNode): boolean {
  return loop !== undefined && (loop === outer || isWithin(loop, outer))
}

/** Where to complain of a way out. */
export function placeOfOutput(node: FlowNode, output: string): DocumentPath {
  return node.wiredAt.get(output) ?? node.at
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
