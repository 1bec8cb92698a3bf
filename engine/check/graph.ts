/** Cycles, and nodes that nothing reaches. */
import { type FlowGraph, type FlowNode, placeOfOutput } from '../flow/flow-graph.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'

/** Reports every wire that closes a cycle, and returns whether there was none. */
export function checkCycles(graph: FlowGraph, reporter: Reporter): boolean {
  const entered = new Set<FlowNode>()
  const left = new Set<FlowNode>()
  let isAcyclic = true
  const visit = (node: FlowNode): void => {
    entered.add(node)
    for (const [output, target] of node.targets) {
      for (const next of target) {
        if (left.has(next)) continue
        if (!entered.has(next)) {
          visit(next)
          continue
        }
        isAcyclic = false
        reporter.report({
          code: 'FLOW_CYCLE',
          at: placeOfOutput(node, output),
          message: `${node.name} leads back to ${next.name}: a flow has no cycles.`,
          hint: 'End the path here with "end". To repeat something, put it into the "do" of a loop.',
          related: [relatedPlace(reporter, next.at, 'where the cycle begins')],
        })
      }
    }
    left.add(node)
  }
  for (const node of graph.nodes) if (!entered.has(node)) visit(node)
  return isAcyclic
}

/** `reached` are the nodes that some trigger leads to. In a sequence of unreachable nodes only the first is reported. */
export function checkReachable(graph: FlowGraph, reached: readonly FlowNode[], reporter: Reporter): void {
  const isReached = new Set(reached)
  const unreachable = graph.nodes.filter((node) => !isReached.has(node))
  const led = new Set(unreachable.flatMap((node) => [...node.targets.values()].flat()))
  for (const node of unreachable) {
    if (led.has(node)) continue
    reporter.report({
      code: 'FLOW_UNREACHABLE',
      at: node.at,
      message: `Nothing leads to ${node.name}.`,
      hint: node.id
        ? `Wire an output to "${node.id}", or remove the node.`
        : 'The path of the node above it ends: give this one an ID and wire an output to it, or remove it.',
    })
  }
}
