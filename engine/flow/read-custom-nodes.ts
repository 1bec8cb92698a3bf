/** Finds the custom nodes of an application before its flows are compiled, since flows that use them depend on what they declare. */

import { type CustomNode, type CustomNodeSpec, customNodeKey } from '../custom-node.ts'
import type { SchemaChecker } from '../json-schema/schema-problems.ts'
import type { NodeType } from '../node.ts'
import type { YamlDocument } from '../source/yaml-document.ts'
import type { TriggerType } from '../trigger.ts'
import { isMap } from '../values/is-map.ts'

export interface CustomNodes {
  /** The custom nodes whose trigger has no problem, by name. If two have the same name, the first one. */
  readonly known: ReadonlyMap<string, CustomNode>
  /** The names of all custom nodes, including those whose trigger has a problem. */
  readonly names: readonly string[]
  /** The custom node that a document defines, if its trigger has no problem. */
  in(document: YamlDocument): CustomNode | undefined
  /** Whether a document defines a custom node whose trigger has a problem. */
  isBroken(document: YamlDocument): boolean
  /** The documents; each comes after those of the custom nodes that it uses. */
  readonly inOrderOfUse: readonly YamlDocument[]
}

export function readCustomNodes(
  documents: readonly YamlDocument[],
  triggerTypes: readonly TriggerType[],
  checker: SchemaChecker,
): CustomNodes {
  const type = triggerTypes.find(({ key }) => key === customNodeKey)
  const found = new Map<YamlDocument, CustomNode>()
  const known = new Map<string, CustomNode>()
  const documentOf = new Map<string, YamlDocument>()
  const broken = new Set<YamlDocument>()
  const names: string[] = []
  for (const document of type ? documents : []) {
    const config = findTrigger(document.value)
    if (!type || !config) continue
    const name = config[customNodeKey]
    if (typeof name === 'string') names.push(name)
    const spec = compileTrigger(type, config, checker)
    if (!spec) {
      broken.add(document)
      continue
    }
    const description = descriptionOf(document.value)
    const about = description === undefined ? {} : { description }
    const customNode = { ...spec, ...about, returns: undefined, remembers: false, refusesWith: [] }
    found.set(document, customNode)
    if (known.has(spec.name)) continue
    known.set(spec.name, customNode)
    documentOf.set(spec.name, document)
  }
  return {
    known,
    names,
    in: (document) => found.get(document),
    isBroken: (document) => broken.has(document),
    inOrderOfUse: names.length === 0 ? documents : sortByUse(documents, documentOf),
  }
}

/** The node types by name; the type of custom nodes knows those of the application. */
export function typesByName(
  types: readonly NodeType[],
  { known }: Pick<CustomNodes, 'known'>,
): ReadonlyMap<string, NodeType> {
  return new Map(types.map((type) => [type.type, type.roles?.customNode?.withKnown?.(known) ?? type]))
}

/** The configuration of the flow's `custom-node` trigger, if it has one, without `then`, which is the format's own. */
function findTrigger(raw: unknown): Readonly<Record<string, unknown>> | undefined {
  const on = isMap(raw) && Object.hasOwn(raw, 'on') ? [raw.on].flat() : []
  const trigger = on.filter(isMap).find((candidate) => Object.hasOwn(candidate, customNodeKey))
  if (!trigger) return undefined
  const { then: _, ...config } = trigger
  return config
}

/** `undefined` if the trigger has a problem. The problem is reported when its flow is compiled. */
function compileTrigger(
  type: TriggerType,
  config: Readonly<Record<string, unknown>>,
  checker: SchemaChecker,
): CustomNodeSpec | undefined {
  let isSound = checker.check(type.config, config).length === 0
  const refuse = () => {
    isSound = false
  }
  if (isSound) type.check?.({ config, groups: undefined, report: refuse })
  // The configuration fits the schema, and only this type compiles to a `CustomNodeSpec`.
  return isSound ? (type.compile(config as never) as CustomNodeSpec) : undefined
}

function descriptionOf(raw: unknown): string | undefined {
  return isMap(raw) && typeof raw.description === 'string' ? raw.description : undefined
}

function sortByUse(
  documents: readonly YamlDocument[],
  documentOf: ReadonlyMap<string, YamlDocument>,
): readonly YamlDocument[] {
  const sorted = new Set<YamlDocument>()
  const entered = new Set<YamlDocument>()
  // A list of what is left to do instead of recursion, since a chain of custom nodes may be long.
  const left: { readonly document: YamlDocument; readonly isLeft: boolean }[] = documents
    .toReversed()
    .map((document) => ({ document, isLeft: false }))
  for (let next = left.pop(); next; next = left.pop()) {
    const { document, isLeft } = next
    if (isLeft) sorted.add(document)
    if (isLeft || entered.has(document)) continue
    entered.add(document)
    left.push({ document, isLeft: true })
    for (const name of namesUsedIn(document.value)) {
      const used = documentOf.get(name)
      if (used && !entered.has(used)) left.push({ document: used, isLeft: false })
    }
  }
  return [...sorted]
}

/** Includes values that only look like a node of type `custom-node`: at worst, the order is stricter than it has to be. */
export function namesUsedIn(raw: unknown): string[] {
  const names: string[] = []
  const rest: unknown[] = [isMap(raw) ? [raw.nodes, raw.on] : []]
  // Through an alias, several places share one value.
  const seen = new Set<unknown>()
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (isMap(value) && value.type === customNodeKey && typeof value.node === 'string') names.push(value.node)
    rest.push(...Object.values(value).filter((below) => typeof below === 'object' && below !== null))
  }
  return names
}
