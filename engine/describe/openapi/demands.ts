/** Finds what every successful request must have: the checks that no way to success avoids. */
import { type FlowNode, outgoingWires, type Target } from '../../flow/flow-graph.ts'
import type { Demand } from '../../node.ts'

export interface PlacedDemand extends Demand {
  readonly node: FlowNode
}

/** The demands of the checks on the only way from the start, in the order in which a request reaches them. */
export function demandsFrom(start: Target): readonly PlacedDemand[] {
  const demands: PlacedDemand[] = []
  let target = start
  for (;;) {
    const [node] = target
    // An iteration of a loop may reply.
    if (!node || target.length > 1 || node.type.roles?.reply || node.type.roles?.loop) return demands
    const ways = outgoingWires(node).filter(
      ([output, way]) => !isRefused(way, node.type.throwsUnlessWired?.includes(output)),
    )
    const [only] = ways
    if (!only || ways.length > 1) return demands
    const [output, next] = only
    if (output === 'then') {
      for (const demand of node.type.demands?.(node.config) ?? []) demands.push({ ...demand, node })
    }
    target = next
  }
}

/** Whether every reply from here refuses the request. After a failure, a status that the flow computes counts as a refusal. */
function isRefused(target: Target, isFailure = false): boolean {
  const seen = new Set<FlowNode>()
  const statuses: number[] = []
  const follow = (node: FlowNode): void => {
    if (seen.has(node)) return
    seen.add(node)
    const { reply } = node.type.roles ?? {}
    if (reply) statuses.push(reply.outline(node.config).status ?? (isFailure ? 500 : 200))
    for (const next of node.targets.values()) next.forEach(follow)
  }
  target.forEach(follow)
  return statuses.length > 0 && statuses.every((status) => status >= 400)
}
