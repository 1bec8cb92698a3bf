/** Checks that a node that decides between several ways does not lead all of them to the same node. */
import { type FlowGraph, type FlowNode, outgoingWires } from '../flow/flow-graph.ts'
import { outputsOf } from '../node.ts'
import type { Reporter } from '../source/reporter.ts'
import { parsePath } from '../values/path.ts'
import type { ConfigRead, PathCheck } from './payload-paths.ts'

type Check = Pick<PathCheck, 'reads' | 'isSound' | 'actions'>

/**
 * Reports nodes whose outputs are all left unwired, so that every run goes on at the next node. A node that writes what it found is
 * not reported; a guard is not if a later node decides by it.
 */
export function checkDecisions(graph: FlowGraph, check: Check, reporter: Reporter): void {
  for (const node of graph.nodes) {
    const next = onlyWay(node)
    if (!next || onlyEnds(next) || !check.isSound(node) || usesResult(graph, node, check)) continue
    reporter.report({
      code: 'FLOW_DECIDES_NOTHING',
      severity: 'warning',
      at: node.at,
      message: `${node.name} decides nothing: each of its outputs leads to ${next.name}.`,
      hint: outputsOf(node.type, node.config).includes('else')
        ? 'Wire "else" to what happens if the answer is no: a reply, or "end".'
        : 'Wire its outputs to different nodes.',
    })
  }
}

/** The node that every output leads to because none of them is wired. */
function onlyWay(node: FlowNode): FlowNode | undefined {
  const ways = outgoingWires(node)
  const [first] = ways
  const next = first?.[1].length === 1 ? first[1][0] : undefined
  if (node.wiredAt.size > 0 || ways.length < 2 || ways.length < outputsOf(node.type, node.config).length)
    return undefined
  return ways.every(([, target]) => target.length === 1 && target[0] === next) ? next : undefined
}

/** Whether the node, too, only decides, and every way from it ends, so that nobody is let through to anything. */
function onlyEnds(node: FlowNode): boolean {
  const ways = outgoingWires(node)
  return ways.length > 1 && ways.every(([, target]) => target.length === 0)
}

function usesResult(graph: FlowGraph, node: FlowNode, { reads, actions }: Check): boolean {
  const { type, config } = node
  const written = outputsOf(type, config).flatMap((output) => type.writes?.(config, output, actions) ?? [])
  // A result may also be used by its path, as `debug` does, which is not among the reads.
  if (!type.guards) return written.length > 0
  const results = written.map(({ path }) => parsePath(path).segments)
  return graph.nodes
    .filter((other) => other !== node && outputsOf(other.type, other.config).length > 1)
    .some((other) => reads.get(other)?.some((read) => results.some((result) => isBelow(read, result))))
}

function isBelow({ path }: ConfigRead, result: readonly string[]): boolean {
  return result.every((key, index) => path.segments[index] === key)
}
