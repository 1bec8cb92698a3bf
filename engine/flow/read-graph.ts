/** Reads a flow's triggers and nodes, and where each way out leads. */
import type { Reporter } from '../source/reporter.ts'
import type { FlowGraph } from './flow-graph.ts'
import { readNodes } from './read-nodes.ts'
import { readTriggers, type TriggerScope } from './read-triggers.ts'
import { wireFlow } from './wire-flow.ts'

/** What is unsound in `raw`, a flow's map, is reported and left out. */
export function readGraph(raw: Readonly<Record<string, unknown>>, scope: TriggerScope, reporter: Reporter): FlowGraph {
  const list = raw.nodes === undefined ? [] : readNodes(raw.nodes, ['nodes'], scope.nodeTypes, reporter)
  const triggers = raw.on === undefined ? [] : readTriggers(raw.on, scope, reporter)
  const wires = triggers.map(({ wire }) => wire)
  const { nodes, starts } = wireFlow(list, wires, reporter)
  return { nodes, triggers: triggers.map((trigger, index) => ({ ...trigger, start: starts[index] ?? [] })) }
}
