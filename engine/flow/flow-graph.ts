/** The graph of a flow: its nodes with their raw configuration, and where each output leads. */
import type { NodeType, RawConfig } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import type { TriggerType } from '../trigger.ts'

/** Where a wire leads: an empty list ends the path, several nodes are a split. */
export type Target = readonly FlowNode[]

/** Where `break` leads. It is recognised by its identity. Code that does not compare it treats it as an end. */
export const breakTarget: Target = []

/** Where `stop` leads, which ends the run. Like `breakTarget`, it is recognised by its identity and otherwise is an end. */
export const stopTarget: Target = []

export interface FlowNode {
  readonly id: string | undefined
  /** The ID, or the place in the flow: `nodes[2].else[0]`. */
  readonly name: string
  readonly type: NodeType
  readonly config: RawConfig
  readonly at: DocumentPath
  /** The innermost loop around the node. */
  readonly loop: FlowNode | undefined
  /** The outputs that the flow wires explicitly, with the place of each wire. */
  readonly wiredAt: ReadonlyMap<string, DocumentPath>
  /** Where every output leads, including a loop's `do`. Filled by `wireFlow`. */
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

/** The wires that a run can follow after it has visited the node: all except a loop's `do`. */
export function outgoingWires(node: FlowNode): readonly (readonly [output: string, target: Target])[] {
  return [...node.targets].filter(([output]) => !isBody(node, output))
}

/** Whether the node is in the loop, or in a loop inside of it. */
export function isWithin({ loop }: FlowNode, outer: FlowNode): boolean {
  return loop !== undefined && (loop === outer || isWithin(loop, outer))
}

/** The place at which to report a problem of an output. */
export function placeOfOutput(node: FlowNode, output: string): DocumentPath {
  return node.wiredAt.get(output) ?? node.at
}

/** Sorts the nodes so that each comes after all that lead to it. The graph must have no cycle. */
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
