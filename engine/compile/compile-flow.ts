/** Compiles the file of one flow, and finds every problem that can be found without the other flows. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import type { ApplicationSettings, FlowDescription, FlowLimits, Retry } from '../application.ts'
import { type ConfigExpression, checkComparisons } from '../check/comparisons.ts'
import { checkCustomNode } from '../check/custom-nodes.ts'
import { checkDecisions } from '../check/decisions.ts'
import { checkCycles, checkReachable } from '../check/graph.ts'
import { type ConfigText, checkLiterals } from '../check/literals.ts'
import { type ConfigRead, checkPayloadPaths } from '../check/payload-paths.ts'
import { checkReplies } from '../check/replies.ts'
import { customNodeKey } from '../custom-node.ts'
import { type FlowGraph, type FlowNode, type FlowTrigger, inRunOrder } from '../flow/flow-graph.ts'
import { defaultRetrySeconds, flowSchema } from '../flow/flow-schema.ts'
import type { CustomNodes } from '../flow/read-custom-nodes.ts'
import { readGraph } from '../flow/read-graph.ts'
import type { TriggerScope } from '../flow/read-triggers.ts'
import { hasErrors, type Problem } from '../source/problem.ts'
import { createReporter, type Reporter } from '../source/reporter.ts'
import type { YamlDocument } from '../source/yaml-document.ts'
import { appliesTo } from '../trigger.ts'
import { isMap } from '../values/is-map.ts'
import { compileConfig } from './compile-config.ts'
import type { CompiledFlow, UnlinkedTrigger } from './compiled-flow.ts'
import { firedButtons } from './fired-buttons.ts'
import { createReturnedShapes } from './returned-shapes.ts'
import { startShape } from './start-shape.ts'

export interface FlowScope extends TriggerScope {
  readonly actions: ActionCatalog
  /** Names of the connections that the application has. */
  readonly connections: readonly string[]
  readonly customNodes: Pick<CustomNodes, 'known' | 'names' | 'in' | 'isBroken'>
  readonly globals: ApplicationSettings['globals']
  /** Names of the application's secrets. */
  readonly secrets: readonly string[]
}

export interface FlowCompilation {
  /** Defined if no problem is an error. */
  readonly flow: CompiledFlow | undefined
  readonly problems: readonly Problem[]
}

export function compileFlow(document: YamlDocument, id: string, scope: FlowScope): FlowCompilation {
  const reporter = createReporter(document)
  const flow = compileDocument(document, id, scope, reporter)
  return { flow: hasErrors(reporter.problems) ? undefined : flow, problems: reporter.problems }
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
  for (const complaint of scope.checker.check(flowSchema, raw)) reporter.report(complaint)

  const description: FlowDescription = {
    id,
    name: typeof raw.name === 'string' ? raw.name : id,
    file: document.source.file,
    description: typeof raw.description === 'string' ? raw.description : undefined,
    inOrder: raw.inOrder === true,
    retry: readRetry(raw.retry),
    limits: readLimits(raw.limits),
  }
  const graph = readGraph(raw, scope, reporter)
  const hasAllTriggers = graph.triggers.length === [raw.on].flat().length
  for (const key of ['retry', 'inOrder']) {
    if (raw[key] !== undefined && hasAllTriggers) checkQueued(key, graph.triggers, reporter)
  }

  if (description.limits && hasAllTriggers) checkLimits(description.limits, graph.triggers, reporter)

  const customNode = scope.customNodes.in(document)
  if (!scope.customNodes.isBroken(document)) checkCustomNode(graph, customNode, reporter)

  // An incomplete graph is not the one that the author meant, so complaints about the ways through it would mislead.
  const isWhole =
    !hasErrors(reporter.problems) &&
    graph.nodes.every(({ type: { roles } }) => !roles?.customNode || roles.customNode.definition)
  const compiled = compileNodes(graph, scope, reporter)
  if (!isWhole || !checkCycles(graph, reporter)) return undefined

  const order = inRunOrder(graph)
  checkReachable(graph, order, reporter)
  checkReplies(graph, reporter)
  const isSound = (node: FlowNode) => compiled.configs.has(node)
  checkDecisions(graph, { reads: compiled.reads, isSound, actions: scope.actions }, reporter)
  const returned = createReturnedShapes(customNode?.outputs ?? [])
  checkPayloadPaths({
    graph,
    order,
    reads: compiled.reads,
    isSound,
    starts: graph.triggers.map((trigger) => startShape(trigger, scope.globals, scope.secrets)),
    actions: scope.actions,
    reporter,
    onNode: (node, payload) => {
      if (!isSound(node)) return
      returned.onNode(node, payload)
      checkComparisons(node, compiled.expressions.get(node) ?? [], payload, reporter)
      checkLiterals(compiled.texts.get(node) ?? [], payload, reporter)
    },
  })
  return {
    flow: description,
    triggers: compileTriggers(graph, description, reporter),
    nodes: order.flatMap((node) => {
      const config = compiled.configs.get(node)
      return config === undefined ? [] : [{ node, config }]
    }),
    place: reporter.place,
    fires: firedButtons(order, reporter),
    uses: order.flatMap(({ type, at }) => {
      const stands = type.roles?.customNode?.definition
      return stands ? [{ name: stands.name, at: reporter.place([...at, 'node']) }] : []
    }),
    ownOutputs: customNode?.outputs ?? [],
    returns: returned.shapes,
    remembers: order.some(remembersSomething),
  }
}

/** A value that does not fit has been reported by the check of the schema, and the flow is not served. */
function readRetry(raw: unknown): Retry | undefined {
  if (!isMap(raw) || typeof raw.times !== 'number') return undefined
  return { times: raw.times, seconds: typeof raw.seconds === 'number' ? raw.seconds : defaultRetrySeconds }
}

/** Those that fit the schema; the others have been reported. */
function readLimits(raw: unknown): FlowLimits | undefined {
  if (!isMap(raw)) return undefined
  const { seconds, visits, bodyBytes } = raw
  return {
    ...(typeof seconds === 'number' && { seconds }),
    ...(typeof visits === 'number' && { visits }),
    ...(typeof bodyBytes === 'number' && { bodyBytes }),
  }
}

function checkLimits(limits: FlowLimits, triggers: readonly FlowTrigger[], reporter: Reporter): void {
  const refuse = (at: readonly string[], message: string, hint: string) =>
    reporter.report({ code: 'FLOW_UNKNOWN_FIELD', at, atKey: true, message, hint })
  if (triggers.every(({ type }) => type.key === customNodeKey)) {
    const hint = 'The limits of the flow that uses the custom node count: say them there.'
    return refuse(['limits'], 'A custom node has no limits of its own.', hint)
  }
  if (limits.bodyBytes === undefined || triggers.some(({ type: { key } }) => key === 'endpoint' || key === 'webhook'))
    return
  refuse(['limits', 'bodyBytes'], 'No request starts this flow, so there is no body.', 'Remove bodyBytes.')
}

/** Reports `key` if no trigger starts runs that wait in a queue, to which alone it applies. */
function checkQueued(key: string, triggers: readonly FlowTrigger[], reporter: Reporter): void {
  if (triggers.some(({ type, config }) => appliesTo(type.isQueued, config))) return
  reporter.report({
    code: 'FLOW_UNKNOWN_FIELD',
    at: [key],
    atKey: true,
    message: `"${key}" applies to none of the triggers of this flow.`,
    hint: 'It applies to runs that a device, a topic, a timer, a webhook or another flow starts. A client that waits gets the reply, or the failure, at once.',
  })
}

interface CompiledNodes {
  /** What the `compile` of its type takes, for each node without a problem. */
  readonly configs: ReadonlyMap<FlowNode, unknown>
  readonly reads: ReadonlyMap<FlowNode, readonly ConfigRead[]>
  readonly expressions: ReadonlyMap<FlowNode, readonly ConfigExpression[]>
  readonly texts: ReadonlyMap<FlowNode, readonly ConfigText[]>
}

function compileNodes(graph: FlowGraph, scope: FlowScope, reporter: Reporter): CompiledNodes {
  const configs = new Map<FlowNode, unknown>()
  const reads = new Map<FlowNode, readonly ConfigRead[]>()
  const expressions = new Map<FlowNode, readonly ConfigExpression[]>()
  const texts = new Map<FlowNode, readonly ConfigText[]>()
  for (const node of graph.nodes) {
    const compiled = compileConfig(node, scope.checker, reporter)
    reads.set(node, compiled.reads)
    expressions.set(node, compiled.expressions)
    texts.set(node, compiled.texts)
    if (compiled.config === undefined) continue
    node.type.check?.({
      id: node.id,
      config: node.config,
      wired: new Set(node.wiredAt.keys()),
      actions: scope.actions,
      connections: scope.connections,
      customNodes: scope.customNodes.names,
      checker: scope.checker,
      report: reporter.below(node.at),
    })
    configs.set(node, compiled.config)
  }
  return { configs, reads, expressions, texts }
}

function remembersSomething({ type, config }: FlowNode): boolean {
  return type.roles?.customNode?.definition?.remembers ?? type.remembers?.(config) ?? false
}

/** `graph` is of a flow whose fields all fit their schemas. */
function compileTriggers(graph: FlowGraph, flow: FlowDescription, { place }: Reporter): UnlinkedTrigger[] {
  return graph.triggers.map(({ type, config, at, start }, index) => {
    // The schema accepted the configuration, so it is what `label` and `compile` take.
    const fields = config as never
    const { line, column } = place(at)
    const id = `${flow.id}/${index}/${String(type.label?.(fields) ?? config[type.key])}`
    const expectsReply = appliesTo(type.expectsReply, config)
    const placed = { id, flow, expectsReply, sample: type.sample?.(fields), line, column, start }
    // A type is declared to compile to the spec of its key.
    return { ...placed, type: type.key, spec: type.compile(fields) } as UnlinkedTrigger
  })
}
