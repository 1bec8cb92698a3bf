/** The schemas of nodes for editors. */
import type { ActionCatalog } from '../../contracts/actions.ts'
import { idPattern, reservedIds } from '../flow/read-nodes.ts'
import { wireKeys } from '../flow/split-fields.ts'
import { closeSchema } from '../json-schema/close-schema.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { type NodeType, outputsOf } from '../node.ts'
import type { Fits } from '../schema.ts'
import { isMap } from '../values/is-map.ts'
import { fieldSchema, orTemplate } from './field-schema.ts'
import { fieldsOf, hasValue, names, ref, when } from './json-schema.ts'
import { wireField } from './wire-schema.ts'

type Definitions = Readonly<Record<string, JsonSchema>>

const id: JsonSchema = {
  type: 'string',
  pattern: idPattern.source,
  not: { enum: [...reservedIds] },
  description: 'The name of the node in wires, traces and errors.',
}

/** `customNodes` are the types of the application's custom nodes; `undefined` if they are not known. */
export function nodeDefinitions(
  types: readonly NodeType[],
  actions: ActionCatalog,
  customNodes: readonly NodeType[] | undefined,
): Definitions {
  const inPart = customNodes?.map((type) => customNodeSchema(type, actions))
  return {
    id,
    node: {
      type: 'object',
      required: ['type'],
      properties: { type: names(types.map(({ type, summary }) => [type, summary])) },
      allOf: types.map(({ type }) => when(hasValue('type', type), ref(`node.${type}`))),
    },
    ...Object.fromEntries(
      types.map((type) => {
        const schema = nodeSchema(type, actions)
        return [
          `node.${type.type}`,
          type.roles?.customNode && customNodes ? withCustomNodes(schema, customNodes) : schema,
        ]
      }),
    ),
    ...Object.fromEntries(inPart?.map((schema, index) => [`custom-node.${index}`, schema]) ?? []),
    ...Object.fromEntries(
      Object.entries(actions).map(([call, { params }]) => [`call.${call}`, orTemplate(closeSchema(params))]),
    ),
  }
}

function nodeSchema(type: NodeType, actions: ActionCatalog): JsonSchema {
  const config = closeSchema(fieldSchema(type.config, actions))
  const { cases, ...fields } = fieldsOf(config)
  const rules = Object.entries(type.config.properties).flatMap(([field, schema]) => {
    const { fits }: { fits?: Fits } = { ...schema }
    return fits && 'callIn' in fits ? callRules(fits.callIn, field, actions) : []
  })
  return {
    ...config,
    required: ['type', ...(type.config.required ?? [])],
    properties: {
      type: { const: type.type, description: type.summary },
      id: ref('id'),
      name: { type: 'string', description: 'For people.' },
      ...fields,
      ...(cases && { cases: withWires(cases) }),
      ...wireFields(type),
      ...(type.roles?.customNode && {
        on: { type: 'object', additionalProperties: ref('wire'), description: outputsBelowOn },
      }),
    },
    ...(rules.length > 0 && { allOf: rules }),
  }
}

/** The value of `parameters` must fit the action that `field` names. */
function callRules(field: string, parameters: string, actions: ActionCatalog): readonly JsonSchema[] {
  const entries = Object.entries(actions)
  return [
    { properties: { [field]: names(entries.map(([call, { summary }]) => [call, summary])) } },
    ...entries.map(([call, { params }]) =>
      when(hasValue(field, call), {
        properties: { [parameters]: ref(`call.${call}`) },
        ...(Array.isArray(params.required) && { required: [parameters] }),
      }),
    ),
  ]
}

/** A switch wires the outputs of its cases in the cases. */
function wireFields(type: NodeType): Definitions {
  const outputs = type.roles?.customNode ? [...wireKeys].filter((key) => key !== 'do') : outputsOf(type, { cases: [] })
  return Object.assign({}, ...outputs.map((output) => wireField(output, describeWay(type, output))))
}

const outputsBelowOn =
  'Where the run continues from outputs with names other than `next`, `then`, `else` and `default`.'

function withCustomNodes(schema: JsonSchema, types: readonly NodeType[]): JsonSchema {
  const namesOf = types.map(({ roles, summary }) => [roles?.customNode?.definition?.name ?? '', summary] as const)
  return {
    ...schema,
    properties: { ...fieldsOf(schema), node: names(namesOf) },
    allOf: namesOf.map(([name], index) => when(hasValue('node', name), ref(`custom-node.${index}`))),
  }
}

/** The further schema of a node that uses this custom node. */
function customNodeSchema(type: NodeType, actions: ActionCatalog): JsonSchema {
  const { with: inputs, result = false } = fieldsOf(closeSchema(fieldSchema(type.config, actions)))
  const outputs = outputsOf(type, {})
  const below = outputs.filter((output) => !wireKeys.has(output))
  const refused = [...wireKeys].filter((key) => key !== 'do' && !outputs.includes(key))
  return {
    required: type.config.required ?? [],
    properties: {
      ...(inputs && { with: inputs }),
      ...(result === false && { result }),
      ...Object.fromEntries(refused.map((key) => [key, false])),
      on: { properties: Object.fromEntries(below.map((output) => [output, true])), additionalProperties: false },
    },
  }
}

function describeWay(type: NodeType, output: string): string {
  if (type.roles?.loop && output === 'do') return 'The nodes of an iteration.'
  const otherwise = type.throwsUnlessWired?.includes(output)
    ? 'the run fails'
    : type.roles?.reply
      ? 'the path ends'
      : 'it continues at the next node'
  return `Where the run continues: the ID of a node, \`end\`, a list of nodes, or a list of IDs and lists. Without it ${otherwise}.`
}

/** The cases of a switch, each with the wire for when it matches. */
function withWires(cases: JsonSchema): JsonSchema {
  if (!isMap(cases.items)) return cases
  const wire = wireField('then', 'Where the run continues if this case matches.')
  return { ...cases, items: { ...cases.items, properties: { ...fieldsOf(cases.items), ...wire } } }
}
