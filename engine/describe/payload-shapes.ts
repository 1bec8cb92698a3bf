/** What is known of the payload before each node of a flow, for editors: the flow may be half written, and nothing is reported. */
import { checkCycles } from '../check/graph.ts'
import { checkPayloadPaths } from '../check/payload-paths.ts'
import type { FlowScope } from '../compile/compile-flow.ts'
import { startShape } from '../compile/start-shape.ts'
import { type FlowGraph, type FlowNode, inRunOrder } from '../flow/flow-graph.ts'
import { readGraph } from '../flow/read-graph.ts'
import type { Shape } from '../json-schema/shape.ts'
import { createReporter } from '../source/reporter.ts'
import type { YamlDocument } from '../source/yaml-document.ts'
import { isMap } from '../values/is-map.ts'

export interface PayloadShapes {
  readonly graph: FlowGraph
  /** The nodes that a trigger leads to; each comes after all that lead to it. Empty if the wires form a cycle. */
  readonly order: readonly FlowNode[]
  /** Before each node that a trigger leads to. */
  readonly before: ReadonlyMap<FlowNode, Shape>
}

/** `raw` is the flow as data; `document` is only there for the places of problems, which nobody reads. */
export function payloadShapes(raw: unknown, document: YamlDocument, scope: FlowScope): PayloadShapes {
  const before = new Map<FlowNode, Shape>()
  const reporter = createReporter(document)
  const graph: FlowGraph = isMap(raw) ? readGraph(raw, scope, reporter) : { nodes: [], triggers: [] }
  if (!checkCycles(graph, reporter)) return { graph, order: [], before }
  const order = inRunOrder(graph)
  checkPayloadPaths({
    graph,
    order,
    reads: new Map(),
    isSound: ({ type, config }) => scope.checker.check(type.config, config).length === 0,
    starts: graph.triggers.map((trigger) => startShape(trigger, scope.globals, scope.secrets)),
    actions: scope.actions,
    reporter,
    onNode: (node, shape) => before.set(node, shape),
  })
  return { graph, order, before }
}
