/** Compiles a whole application, or reports everything that is wrong with it. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import type { Limits, Loaded } from '../application.ts'
import { compileFlow } from '../compile/compile-flow.ts'
import type { CompiledFlow } from '../compile/compiled-flow.ts'
import { readCustomNodes, typesByName } from '../flow/read-custom-nodes.ts'
import { sharedSchemaChecker } from '../json-schema/schema-problems.ts'
import type { NodeType } from '../node.ts'
import { createApplication } from '../run/create-application.ts'
import { linkFlows } from '../run/link-flows.ts'
import type { WrapVisit } from '../run/linked-flow.ts'
import type { SourceFile } from '../source/position.ts'
import type { Problem } from '../source/problem.ts'
import { createReporter } from '../source/reporter.ts'
import { parseYaml, type YamlDocument } from '../source/yaml-document.ts'
import type { TriggerType } from '../trigger.ts'
import { defaultSettings, readApplicationFile, reportUnsetSecrets } from './application-file.ts'
import { checkApplicationFlows } from './check-application-flows.ts'
import { flowIdOf, isApplicationFile, isFlowFile, isYamlFile } from './file-kinds.ts'

export interface LoadOptions {
  readonly nodeTypes: readonly NodeType[]
  readonly triggerTypes: readonly TriggerType[]
  readonly actions: ActionCatalog
  readonly limits?: Partial<Limits>
  /** Where `application.yaml` finds its secrets. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly wrapVisit?: WrapVisit | undefined
}

/** `sources` are the files of the folder: `application.yaml`, flows, and tests, which are ignored. */
export function loadApplication(sources: readonly SourceFile[], options: LoadOptions): Loaded {
  const { env = {} } = options
  const checker = sharedSchemaChecker()
  const problems: Problem[] = []

  const [applicationSource, ...others] = sources.filter(({ file }) => isApplicationFile(file))
  problems.push(...others.map(({ file }) => secondApplication(file)))
  const notRead = sources.filter(({ file, unread }) => unread && !isYamlFile(file))
  problems.push(...notRead.flatMap((source) => parseYaml(source).problems))
  let settings = defaultSettings
  if (applicationSource) {
    const reporter = createReporter(parseYaml(applicationSource))
    settings = readApplicationFile(reporter, checker, options.actions)
    reportUnsetSecrets(settings, env, reporter)
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
    secrets: Object.keys(settings.secrets),
  }
  const compiled = new Map<YamlDocument, CompiledFlow>()
  for (const document of customNodes.inOrderOfUse) {
    const { flow, problems: found } = compileFlow(document, flowIdOf(document.source.file), scope)
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

  if (problems.some(({ severity }) => severity === 'error')) return { application: undefined, problems }
  const linked = linkFlows(compiled.values(), options.wrapVisit)
  const triggers = flows.flatMap((flow) => linked.get(flow) ?? [])
  const descriptions = flows.map(({ flow }) => flow)
  return { application: createApplication(settings, descriptions, triggers, options.limits, env), problems }
}

function secondApplication(file: string): Problem {
  const message = 'There is another application.yaml, and only one can count.'
  const hint = 'Keep one of the two.'
  return { code: 'APPLICATION_INVALID', severity: 'error', file, line: 1, column: 1, message, hint }
}
