/** What every request must bring that is not to be turned away: told by the checks that no way to success leads around. */
import { type FlowNode, outgoingWires, type Target } from '../../flow/flow-graph.ts'
import type { Demand } from '../../node.ts'

export interface PlacedDemand extends Demand {
  readonly node: FlowNode
}

/** Of the checks on the one way that goes on from the start, in the order in which a request comes to them. */
export function demandsFrom(start: Target): readonly PlacedDemand[] {
  const demands: PlacedDemand[] = []
  let target = start
  for (;;) {
    const [node] = target
    // A loop may answer in an iteration.
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

/** Whether every reply from here on refuses the request. Of a failure, a status that the flow computes is taken for one that does. */
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
