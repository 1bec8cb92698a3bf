/** Reads the triggers and nodes of a flow, and where each output leads. */
import type { Reporter } from '../source/reporter.ts'
import type { FlowGraph } from './flow-graph.ts'
import { readNodes } from './read-nodes.ts'
import { readTriggers, type TriggerScope } from './read-triggers.ts'
import { wireFlow } from './wire-flow.ts'

/** The ways through a flow are followed by recursion, and thousands of nodes in a row would overflow the stack. */
const mostNodes = 1000

/** Reports the problems in `raw`, the map of a flow, and leaves out the parts that have them. */
export function readGraph(raw: Readonly<Record<string, unknown>>, scope: TriggerScope, reporter: Reporter): FlowGraph {
  const list = raw.nodes === undefined ? [] : readNodes(raw.nodes, ['nodes'], { ...scope, reporter })
  const triggers = raw.on === undefined ? [] : readTriggers(raw.on, scope, reporter)
  const wires = triggers.map(({ wire }) => wire)
  const { nodes, starts } = wireFlow(list, wires, reporter)
  const tooMany = nodes[mostNodes]
  if (tooMany) {
    reporter.report({
      code: 'FLOW_TOO_LARGE',
      at: tooMany.at,
      message: `The flow has ${nodes.length} nodes, and at most ${mostNodes} are allowed.`,
      hint: 'Split it: a flow can use another as a custom node, or start it by a workflow-trigger.',
    })
  }
  return { nodes, triggers: triggers.map((trigger, index) => ({ ...trigger, start: starts[index] ?? [] })) }
}
