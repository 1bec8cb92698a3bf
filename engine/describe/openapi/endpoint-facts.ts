/** Collects, for each endpoint, the nodes that a request may reach, what they read, and the shape of the payload there. */
import type { Application, FlowDescription } from '../../application.ts'
import { type ConfigRead, checkPayloadPaths } from '../../check/payload-paths.ts'
import { compileConfig } from '../../compile/compile-config.ts'
import { startShape } from '../../compile/start-shape.ts'
import { type FlowGraph, type FlowNode, type FlowTrigger, inRunOrder, type Target } from '../../flow/flow-graph.ts'
import { readCustomNodes, typesByName } from '../../flow/read-custom-nodes.ts'
import { readGraph } from '../../flow/read-graph.ts'
import { type SchemaChecker, sharedSchemaChecker } from '../../json-schema/schema-problems.ts'
import type { Shape } from '../../json-schema/shape.ts'
import type { FlowTypes } from '../../load/check-application.ts'
import type { NodeType } from '../../node.ts'
import type { SourceFile } from '../../source/position.ts'
import { createReporter, type Reporter } from '../../source/reporter.ts'
import { parseYaml, type YamlDocument } from '../../source/yaml-document.ts'
import type { EndpointSpec, TriggerKey, TriggerSpecs } from '../../trigger.ts'
import { isMap } from '../../values/is-map.ts'

/** A node that a run may reach. */
export interface NodeFacts {
  readonly node: FlowNode
  readonly reads: readonly ConfigRead[]
  /** The shape of the payload before it. */
  readonly entering: Shape
}

export interface EndpointFacts {
  readonly spec: EndpointSpec
  readonly flow: FlowDescription
  readonly start: Target
  /** In the order of the file. */
  readonly nodes: readonly NodeFacts[]
  /** The nodes of the error triggers that fire if the run fails. */
  readonly handlers: readonly NodeFacts[]
}

interface ReadFlow {
  readonly flow: FlowDescription
  readonly graph: FlowGraph
  readonly reads: ReadonlyMap<FlowNode, readonly ConfigRead[]>
  readonly reporter: Reporter
}

/** The facts of the enabled endpoints. `sources` are the files from which `application` was loaded without an error. */
export function endpointFacts(
  application: Application,
  sources: readonly SourceFile[],
  options: FlowTypes,
): readonly EndpointFacts[] {
  const checker = sharedSchemaChecker()
  const documents = application.flows.flatMap((flow) => {
    const source = sources.find(({ file }) => file === flow.file)
    return source ? [{ flow, document: parseYaml(source) }] : []
  })
  const known = readCustomNodes(
    documents.map(({ document }) => document),
    options.triggerTypes,
    checker,
  )
  const nodeTypes = typesByName(options.nodeTypes, known)
  const flows = documents.map(({ flow, document }) => readFlow(flow, document, nodeTypes, options, checker))
  for (const document of known.inOrderOfUse) {
    const { graph } = flows.find(({ reporter }) => reporter.document === document) ?? {}
    const customNode = known.in(document)
    if (customNode && graph) customNode.refusesWith = graph.nodes.flatMap(({ type }) => type.refusesWith ?? [])
  }
  const nodesOf = (read: ReadFlow, trigger: FlowTrigger) => factsOfNodes(read, trigger, application, options)
  const triggersOf = (key: TriggerKey) =>
    flows.flatMap((read) =>
      read.graph.triggers.filter(({ type }) => type.key === key).map((trigger) => ({ read, trigger })),
    )
  const handlers = triggersOf('error').map(({ read, trigger }) => ({
    flow: read.flow,
    spec: specOf<'error'>(trigger),
    nodes: nodesOf(read, trigger),
  }))
  return triggersOf('endpoint').flatMap(({ read, trigger }) => {
    const spec = specOf<'endpoint'>(trigger)
    if (!spec.enabled) return []
    const inScope = handlers.filter((handler) => handler.spec.scope !== 'local' || handler.flow === read.flow)
    return {
      spec,
      flow: read.flow,
      start: trigger.start,
      nodes: nodesOf(read, trigger),
      handlers: inScope.flatMap(({ nodes }) => nodes),
    }
  })
}

/** `Key` is the key of the trigger's type. The configuration fits the schema of the type. */
function specOf<Key extends TriggerKey>({ type, config }: FlowTrigger): TriggerSpecs[Key] {
  return type.compile(config as never) as TriggerSpecs[Key]
}

function readFlow(
  flow: FlowDescription,
  document: YamlDocument,
  nodeTypes: ReadonlyMap<string, NodeType>,
  { triggerTypes }: FlowTypes,
  checker: SchemaChecker,
): ReadFlow {
  const reporter = createReporter(document)
  const raw = document.value
  // The flow was loaded before, so there are no problems, and the groups need no check.
  const scope = { nodeTypes, triggerTypes, checker, groups: undefined }
  const graph = readGraph(isMap(raw) ? raw : {}, scope, reporter)
  const reads = new Map(graph.nodes.map((node) => [node, compileConfig(node, checker, reporter).reads]))
  return { flow, graph, reads, reporter }
}

function factsOfNodes(
  { graph, reads, reporter }: ReadFlow,
  trigger: FlowTrigger,
  { settings }: Application,
  { actions }: FlowTypes,
): readonly NodeFacts[] {
  const entering = new Map<FlowNode, Shape>()
  const alone = { ...graph, triggers: [trigger] }
  checkPayloadPaths({
    graph: alone,
    order: inRunOrder(alone),
    reads,
    isSound: () => true,
    starts: [startShape(trigger, settings.globals, Object.keys(settings.secrets))],
    actions,
    reporter,
    onNode: (node, shape) => entering.set(node, shape),
  })
  return graph.nodes.flatMap((node) => {
    const shape = entering.get(node)
    return shape ? { node, reads: reads.get(node) ?? [], entering: shape } : []
  })
}
