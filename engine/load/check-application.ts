/** Compiles the flows of an application, and finds every problem of its files. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import type { ApplicationSettings } from '../application.ts'
import { compileFlow, type FlowScope } from '../compile/compile-flow.ts'
import type { CompiledFlow } from '../compile/compiled-flow.ts'
import { readCustomNodes, typesByName } from '../flow/read-custom-nodes.ts'
import { sharedSchemaChecker } from '../json-schema/schema-problems.ts'
import type { NodeType } from '../node.ts'
import type { SourceFile } from '../source/position.ts'
import type { Problem } from '../source/problem.ts'
import { createReporter } from '../source/reporter.ts'
import type { YamlDocument } from '../source/yaml-document.ts'
import type { TriggerType } from '../trigger.ts'
import { defaultSettings, readApplicationFile, reportUnsetVariables } from './application-file.ts'
import { checkApplicationFlows } from './check-application-flows.ts'
import { type CheckMemory, createCheckMemory } from './check-memory.ts'
import { flowIdOf, isApplicationFile, isFlowFile, isYamlFile } from './file-kinds.ts'

/** What flows may consist of. */
export interface FlowTypes {
  readonly nodeTypes: readonly NodeType[]
  readonly triggerTypes: readonly TriggerType[]
  readonly actions: ActionCatalog
}

export interface CheckOptions extends FlowTypes {
  /** The environment, which has the secrets of `application.yaml`. Without it, missing variables are not reported. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Whoever checks the same folder again and again passes the same memory, so that only changed files are compiled. */
  readonly memory?: CheckMemory
}

export interface CheckedApplication {
  readonly settings: ApplicationSettings
  /** What the flows were compiled with. */
  readonly scope: FlowScope
  /** The documents of all flows. */
  readonly documents: readonly YamlDocument[]
  /** The flows without errors, by their documents. Each comes after the custom nodes that it uses. */
  readonly flows: ReadonlyMap<YamlDocument, CompiledFlow>
  /** Sorted by file and line. */
  readonly problems: readonly Problem[]
}

/** `sources` are the files of the folder: `application.yaml`, flows, and tests, which are ignored. */
export function checkApplication(sources: readonly SourceFile[], options: CheckOptions): CheckedApplication {
  const { env, memory = createCheckMemory() } = options
  const checker = sharedSchemaChecker()
  const problems: Problem[] = []

  const [applicationSource, ...others] = sources.filter(({ file }) => isApplicationFile(file))
  problems.push(...others.map(({ file }) => secondApplication(file)))
  const notRead = sources.filter(({ file, unread }) => unread && !isYamlFile(file))
  problems.push(...notRead.flatMap((source) => memory.parse(source).problems))
  let settings = defaultSettings
  if (applicationSource) {
    const reporter = createReporter(memory.parse(applicationSource))
    settings = readApplicationFile(reporter, checker, options.actions)
    if (env) reportUnsetVariables(settings, env, reporter)
    problems.push(...reporter.problems)
  }

  const documents = sources.filter(({ file }) => isFlowFile(file)).map(memory.parse)
  const customNodes = readCustomNodes(documents, options.triggerTypes, checker)
  const scope: FlowScope = {
    nodeTypes: typesByName(options.nodeTypes, customNodes),
    customNodes,
    triggerTypes: options.triggerTypes,
    actions: options.actions,
    checker,
    groups: settings.seeds.groups.map(({ name }) => name),
    connections: Object.keys(settings.connections),
    globals: settings.globals,
    secrets: Object.keys(settings.secrets),
  }
  const compiled = new Map<YamlDocument, CompiledFlow>()
  for (const document of customNodes.inOrderOfUse) {
    const { flow, problems: found } = memory.compile(document, scope, () =>
      compileFlow(document, flowIdOf(document.source.file), scope),
    )
    problems.push(...found)
    if (!flow) continue
    compiled.set(document, flow)
    const { returns, remembers } = flow
    const customNode = customNodes.in(document)
    if (customNode) Object.assign(customNode, { returns, remembers })
  }
  const flows = documents.flatMap((document) => compiled.get(document) ?? [])
  const broken = documents
    .filter((document) => !compiled.has(document))
    .map((document) => flowIdOf(document.source.file))
  problems.push(...checkApplicationFlows(flows, broken))
  problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
  return { settings, scope, documents, flows: compiled, problems }
}

function secondApplication(file: string): Problem {
  const message = 'There is another application.yaml, and only one can be used.'
  const hint = 'Keep one of the two.'
  return { code: 'APPLICATION_INVALID', severity: 'error', file, line: 1, column: 1, message, hint }
}
