/** Names of an application that a place of a file may use: nodes, groups, connections, flows, buttons and the like. */
import { wireKeys } from '../../engine/flow/split-fields.ts'
import type { JsonSchema } from '../../engine/json-schema/shape-of-schema.ts'
import { flowIdOf } from '../../engine/load/file-kinds.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { kinds, type Suggestion } from './complete/items.ts'
import { flowOf, nodesIn } from './flow-names.ts'
import type { LanguageFile } from './language-file.ts'
import { definitionOf } from './schema-walk.ts'
import { valueAt } from './yaml-place.ts'

type Name = Pick<Suggestion, 'label' | 'documentation' | 'detail'>

/** `schemas` are those of the place. */
export function namesAsValues(
  file: LanguageFile,
  raw: unknown,
  path: DocumentPath,
  schemas: readonly JsonSchema[],
): readonly Suggestion[] {
  const wire = definitionOf(file.schema, '#/definitions/wire')
  const names =
    wire && schemas.includes(wire)
      ? targets(raw, path)
      : file.kind === 'tests'
        ? inTests(file, path)
        : inFlow(file, raw, path)
  return names.map((name) => ({ ...name, kind: kinds.reference, rank: 1 }))
}

/** Where a wire may lead. */
function targets(raw: unknown, path: DocumentPath): readonly Name[] {
  const own = path.findLast((segment) => typeof segment === 'string' && !wireKeys.has(segment))
  const ids = nodesIn(raw).flatMap(({ id, type }) => (id === undefined ? [] : [{ label: id, detail: type }]))
  const words: Name[] = [
    { label: 'end', detail: 'ends the path' },
    { label: 'stop', detail: 'ends the run' },
  ]
  if (own !== undefined && path.includes('do')) words.push({ label: 'break', detail: 'ends the loop' })
  return [...ids, ...words]
}

function inFlow(
  { checked: { settings, scope, flows }, kind }: LanguageFile,
  raw: unknown,
  path: DocumentPath,
): readonly Name[] {
  const key = path.findLast((segment) => typeof segment === 'string')
  const around = valueAt(raw, path.slice(0, -1))
  const node = isMap(around) ? around : {}
  const groups = settings.seeds.groups.map(({ name, description }) => ({
    label: name,
    ...(description && { detail: description }),
  }))
  if (key === 'groups' || key === 'groupName') return groups
  if (kind === 'application') return []
  if (key === 'connection' || key === 'clientCertificate')
    return scope.connections.map((label) => ({ label, detail: 'connection' }))
  if (key === 'flow' && node.type === 'workflow-trigger') {
    return [...flows.values()].map(({ flow: { id, name } }) => ({ label: id, detail: name }))
  }
  if (key === 'button' && node.type === 'workflow-trigger') {
    const flow = flowOf(flows, String(node.flow))
    const buttons = flow?.triggers.filter((trigger) => trigger.type === 'button') ?? []
    return buttons.map(({ spec: { name } }) => ({ label: name, detail: 'button' }))
  }
  return []
}

function inTests(file: LanguageFile, path: DocumentPath): readonly Name[] {
  const [key, above] = [path.at(-1), path.at(-2)]
  const { checked, flowId } = file
  if (above === 'visits') return nodeNames(file)
  if (key === 'call') {
    return Object.entries(checked.scope.actions).map(([label, { summary }]) => ({ label, documentation: summary }))
  }
  if (key === 'user') return checked.settings.seeds.users.map(({ email }) => ({ label: email, detail: 'seeded user' }))
  const triggers = flowOf(checked.flows, flowId)?.triggers ?? []
  const endpoints = triggers.flatMap((trigger) => (trigger.type === 'endpoint' ? [trigger.spec] : []))
  if (key === 'path' && above === 'request')
    return endpoints.map(({ route, method }) => ({ label: route, detail: method }))
  if (key === 'on' && above === 'trigger') return triggers.map(({ type }) => ({ label: type, detail: 'trigger' }))
  return []
}

/** Keys that are names: in tests, the nodes of which something is said. */
export function namesAsKeys(file: LanguageFile, path: DocumentPath): readonly Name[] {
  if (file.kind !== 'tests') return []
  const key = path.at(-1)
  return key === 'stubs' || (key === 'sent' && path.includes('expect')) ? nodeNames(file) : []
}

/** The nodes of the flow next to the tests, and FLOW/NODE for those of others. A flow may have problems. */
function nodeNames({ checked: { documents }, flowId }: LanguageFile): readonly Name[] {
  return documents.flatMap(({ source: { file }, value }) => {
    const flow = flowIdOf(file)
    return nodesIn(value).flatMap(({ id, type }) =>
      id === undefined ? [] : [{ label: flow === flowId ? id : `${flow}/${id}`, detail: type }],
    )
  })
}
