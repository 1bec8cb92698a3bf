/** One flow's file, from YAML to linked closures, with every problem that can be found on the way. */
import { Type } from 'typebox'
import type { ApplicationSettings, FlowDescription } from '../application.ts'
import { checkCycles, checkReachable } from '../check/graph.ts'
import { type ConfigRead, checkPayloadPaths } from '../check/payload-paths.ts'
import { checkReplies } from '../check/replies.ts'
import { type FlowGraph, type FlowNode, inRunOrder } from '../flow/flow-graph.ts'
import { isMap, readNodes } from '../flow/read-nodes.ts'
import { readTriggers, type TriggerScope } from '../flow/read-triggers.ts'
import { wireFlow } from '../flow/wire-flow.ts'
import type { ActionCatalog } from '../node.ts'
import type { Problem } from '../problem.ts'
import { createReporter, type Reporter } from '../source/reporter.ts'
import type { YamlDocument } from '../source/yaml-document.ts'
import { compileConfig } from './compile-config.ts'
import type { CompiledFlow, CompiledNode, LinkedTrigger } from './compiled-flow.ts'
import { startShape } from './start-shape.ts'

export interface FlowScope extends TriggerScope {
  readonly actions: ActionCatalog
  readonly globals: ApplicationSettings['globals']
}

export interface FlowCompilation {
  /** There if no problem is an error. */
  readonly flow: CompiledFlow | undefined
  readonly problems: readonly Problem[]
}

const flowSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  description: Type.Optional(Type.String({ maxLength: 32_767 })),
  on: Type.Unknown(),
  nodes: Type.Unknown(),
})

export function compileFlow(document: YamlDocument, id: string, scope: FlowScope): FlowCompilation {
  const reporter = createReporter(document)
  const flow = compileDocument(document, id, scope, reporter)
  return { flow: hasErrors(reporter) ? undefined : flow, problems: reporter.problems }
}

function compileDocument(
  document: YamlDocument,
  id: string,
  scope: FlowScope,
  reporter: Reporter,
): CompiledFlow | undefined {
  const raw = document.value
  if (!isMap(raw)) {
    if (document.problems.length > 0) return undefined
    reporter.report({
      code: 'FLOW_WRONG_TYPE',
      at: [],
      message: 'A flow must be a map with name, on and nodes.',
      hint: 'Begin with "name:", say what starts the flow under "on:", and list its "nodes:".',
    })
    return undefined
  }
  for (const complaint of scope.checker.check(flowSchema, raw)) reporter.report({ ...complaint, at: complaint.path })

  const description: FlowDescription = {
    id,
    name: typeof raw.name === 'string' ? raw.name : id,
    file: document.source.file,
    description: typeof raw.description === 'string' ? raw.description : undefined,
  }
  const list = raw.nodes === undefined ? [] : readNodes(raw.nodes, ['nodes'], scope.nodeTypes, reporter)
  const triggers = raw.on === undefined ? [] : readTriggers(raw.on, scope, reporter)
  const wires = triggers.map(({ wire }) => wire)
  const { nodes, starts } = wireFlow(list, wires, reporter)
  const graph: FlowGraph = {
    nodes,
    triggers: triggers.map((trigger, index) => ({ ...trigger, start: starts[index] ?? [] })),
  }

  // A graph that was not read whole is not the one that was meant: what it says of ways through it would mislead.
  const isWhole = !hasErrors(reporter)
  const compiled = compileNodes(graph, description, scope, reporter)
  if (!isWhole || !checkCycles(graph, reporter)) return undefined

  const order = inRunOrder(graph)
  checkReachable(graph, order, reporter)
  checkReplies(graph, reporter)
  checkPayloadPaths({
    graph,
    order,
    reads: compiled.reads,
    isSound: (node) => compiled.visits.has(node),
    starts: graph.triggers.map((trigger) => startShape(trigger, scope.globals)),
    actions: scope.actions,
    reporter,
  })
  return link(graph, order, compiled.visits, description, reporter)
}

function hasErrors({ problems }: Reporter): boolean {
  return problems.some(({ severity }) => severity === 'error')
}

interface CompiledNodes {
  readonly visits: ReadonlyMap<FlowNode, CompiledNode['visit']>
  readonly reads: ReadonlyMap<FlowNode, readonly ConfigRead[]>
}

function compileNodes(
  graph: FlowGraph,
  description: FlowDescription,
  scope: FlowScope,
  reporter: Reporter,
): CompiledNodes {
  const visits = new Map<FlowNode, CompiledNode['visit']>()
  const reads = new Map<FlowNode, readonly ConfigRead[]>()
  for (const node of graph.nodes) {
    const compiled = compileConfig(node.type.config, node.config, {
      node: {
        flow: description.name,
        file: description.file,
        nodeName: node.name,
        at: node.at,
        locate: reporter.place,
      },
      checker: scope.checker,
      reporter,
      htmlFields: node.type.escapesHtml?.(node.config) ?? [],
    })
    reads.set(node, compiled.reads)
    if (compiled.config === undefined) continue
    node.type.check?.({
      config: node.config,
      actions: scope.actions,
      checker: scope.checker,
      report: reporter.below(node.at),
    })
    // A node type is known here by its base type alone: what `compileConfig` made of its schema is what `compile` takes.
    const visit = node.type.compile(compiled.config as never, { wired: node.wired, nodeName: node.name })
    visits.set(node, visit)
  }
  return { visits, reads }
}

function link(
  graph: FlowGraph,
  order: readonly FlowNode[],
  visits: CompiledNodes['visits'],
  flow: FlowDescription,
  reporter: Reporter,
): CompiledFlow {
  const linked = new Map<FlowNode, CompiledNode>()
  const linkAll = (target: readonly FlowNode[]) => target.flatMap((node) => linked.get(node) ?? [])

  for (const node of order.toReversed()) {
    const visit = visits.get(node)
    if (!visit) continue
    const targets: CompiledNode['targets'] = {}
    for (const [output, target] of node.targets) targets[output] = linkAll(target)
    const { line } = reporter.place(node.at)
    linked.set(node, { id: node.id, name: node.name, type: node.type.type, flow, line, visit, targets })
  }

  const triggers = graph.triggers.map((trigger, index): LinkedTrigger => {
    const text = trigger.config[trigger.type.key]
    const { line, column } = reporter.place(trigger.at)
    return {
      type: trigger.type.key,
      id: `${flow.id}/${index}/${String(text)}`,
      flow,
      // As with a node: what the schema has passed is what `compile` takes.
      spec: trigger.type.compile(trigger.config as never),
      line,
      column,
      start: linkAll(trigger.start),
    }
  })
  return { ...flow, triggers }
}
