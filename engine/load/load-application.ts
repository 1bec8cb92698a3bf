/** Compiles a whole application, or says everything that is wrong with it. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import type { Application, CompiledTrigger, Limits, Loaded } from '../application.ts'
import { compileFlow } from '../compile/compile-flow.ts'
import type { CompiledFlow, LinkedTrigger, WrapVisit } from '../compile/compiled-flow.ts'
import { isCustomNode } from '../custom-node.ts'
import { sharedSchemaChecker } from '../json-schema/schema-problems.ts'
import type { NodeType } from '../node.ts'
import { tooManyRuns } from '../run/errors.ts'
import { startRun } from '../run/start-run.ts'
import type { SourceFile } from '../source/position.ts'
import type { Problem } from '../source/problem.ts'
import { createReporter } from '../source/reporter.ts'
import { parseYaml, type YamlDocument } from '../source/yaml-document.ts'
import type { ButtonSpec, EndpointSpec, ErrorSpec, TriggerType, WebhookSpec } from '../trigger.ts'
import { defaultSettings, readApplicationFile } from './application-file.ts'
import { checkApplicationFlows } from './check-application-flows.ts'
import { readCustomNodes, typesByName } from './read-custom-nodes.ts'

export interface LoadOptions {
  readonly nodeTypes: readonly NodeType[]
  readonly triggerTypes: readonly TriggerType[]
  readonly actions: ActionCatalog
  readonly limits?: Partial<Limits>
  readonly wrapVisit?: WrapVisit | undefined
}

export const defaultLimits: Limits = {
  runTimeoutMs: 30_000,
  maxVisits: 10_000,
  maxPayloadBytes: 8 * 1024 * 1024,
  maxConcurrentRuns: 1_000,
}

/** `sources` are the folder's files: `application.yaml`, flows, and tests, which are left alone. */
export function loadApplication(sources: readonly SourceFile[], options: LoadOptions): Loaded {
  const checker = sharedSchemaChecker()
  const problems: Problem[] = []

  const applicationSource = sources.find(({ file }) => baseName(file) === 'application.yaml')
  let settings = defaultSettings
  if (applicationSource) {
    const reporter = createReporter(parseYaml(applicationSource))
    settings = readApplicationFile(reporter, checker, options.actions)
    problems.push(...reporter.problems)
  }

  const documents = sources.filter(({ file }) => isFlowFile(file)).map((source) => parseYaml(source))
  const customNodes = readCustomNodes(documents, options.triggerTypes, checker)
  const scope = {
    nodeTypes: typesByName(options.nodeTypes, customNodes),
    customNodes,
    triggerTypes: options.triggerTypes,
    actions: options.actions,
    checker,
    groups: settings.seeds.groups.map(({ name }) => name),
    connections: Object.keys(settings.connections),
    globals: settings.globals,
    wrapVisit: options.wrapVisit,
  }
  const compiled = new Map<YamlDocument, CompiledFlow>()
  for (const document of customNodes.inOrderOfUse) {
    const { flow, problems: found } = compileFlow(document, flowId(document.source.file), scope)
    problems.push(...found)
    if (!flow) continue
    compiled.set(document, flow)
    const { returns, remembers } = flow
    const customNode = customNodes.in(document)
    if (customNode) Object.assign(customNode, { trigger: flow.triggers.find(isCustomNode), returns, remembers })
  }
  const flows = documents.flatMap((document) => compiled.get(document) ?? [])
  const broken = documents.filter((document) => !compiled.has(document)).map((document) => flowId(document.source.file))
  problems.push(...checkApplicationFlows(flows, broken))
  problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)

  const isSound = !problems.some(({ severity }) => severity === 'error')
  const limits = { ...defaultLimits, ...options.limits }
  return { application: isSound ? createApplication(settings, flows, limits) : undefined, problems }
}

/** Whether a file of an application's folder is a flow. */
export function isFlowFile(file: string): boolean {
  const name = baseName(file)
  return /\.ya?ml$/.test(name) && name !== 'application.yaml' && !/\.test\.ya?ml$/.test(name)
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function flowId(file: string): string {
  return baseName(file).replace(/\.ya?ml$/, '')
}

function createApplication(
  settings: Application['settings'],
  flows: readonly CompiledFlow[],
  limits: Limits,
): Application {
  const triggers = flows.flatMap((flow) => flow.triggers)
  const linked = new Map<CompiledTrigger, LinkedTrigger>(triggers.map((trigger) => [trigger, trigger]))
  // A trigger's spec is what its type compiled to; each type has a spec of its own.
  const ofType = <Spec>(type: string) => triggers.filter((trigger) => trigger.type === type) as CompiledTrigger<Spec>[]
  const errors = ofType<ErrorSpec>('error')
  const inScope = new Map<CompiledTrigger, readonly LinkedTrigger[]>(
    triggers.map((trigger) => [
      trigger,
      scopesInOrder
        .flatMap((scope) => errors.filter((error) => error.spec.scope === scope && isInScope(error, trigger)))
        .flatMap((error) => linked.get(error) ?? []),
    ]),
  )
  const scope = {
    applicationName: settings.name,
    globals: settings.globals,
    limits,
    errorTriggersFor: (trigger: CompiledTrigger) => inScope.get(trigger) ?? [],
  }

  // A count, not a Set of the runs: a Set leaves its outgrown tables behind, which V8 keeps, with the payloads of two runs in
  // three that stood in them, until its next full collection.
  let inFlight = 0
  let whenNone: (() => void)[] = []
  const ended = () => {
    inFlight--
    if (inFlight > 0) return
    for (const tell of whenNone) tell()
    whenNone = []
  }
  return {
    settings,
    flows,
    endpoints: ofType<EndpointSpec>('endpoint'),
    buttons: ofType<ButtonSpec>('button'),
    errors,
    webhooks: ofType<WebhookSpec>('webhook'),
    triggers,
    whenIdle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => whenNone.push(resolve))),
    start(request) {
      const trigger = linked.get(request.trigger)
      if (!trigger) throw new TypeError(`The trigger ${request.trigger.id} is not of this application.`)
      if (inFlight >= limits.maxConcurrentRuns) throw tooManyRuns({}, { headers: { 'retry-after': '1' } })
      const running = startRun(trigger, request, scope)
      inFlight++
      running.done.then(ended, ended)
      return running
    },
  }
}

/** The nearest first: a flow's own handler is to answer before one for all. */
const scopesInOrder = ['local', 'experience', 'global'] as const

/** Whether `error` fires when a run of `trigger` throws. */
function isInScope(error: CompiledTrigger<ErrorSpec>, trigger: CompiledTrigger): boolean {
  if (error.spec.scope === 'local') return error.flow.id === trigger.flow.id
  return error.spec.scope === 'global' || trigger.type === 'endpoint'
}
