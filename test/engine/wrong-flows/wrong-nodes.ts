/** Nodes and triggers that say what their type does not have, or say it wrong. */
import { triggerTypes } from '../../../nodes/index.ts'
import { type Field, type FieldSchema, type FlowText, outputsAt, wireKeys } from './flow-text.ts'
import { type Change, giveValue, type Mutation, say } from './mutation.ts'

/** A text that no field takes which asks for something else than any text. */
function misfitFor(schema: FieldSchema): string | undefined {
  const mark = schema['x-flowpot']
  if (mark === 'value') return undefined
  if (mark !== undefined) return '[ 1 ]'
  if (schema.anyOf?.every((way) => way.const !== undefined)) return 'no-such-word'
  switch (schema.type) {
    case 'boolean':
    case 'integer':
    case 'number':
      return 'many'
    case 'string':
      return '[ 1 ]'
    case 'array':
    case 'object':
      return '7'
    default:
      return undefined
  }
}

function takeOut(flow: FlowText, { node, map, pair, isRequired }: Field): readonly Change[] {
  const edit = isRequired ? flow.removePair(map, pair) : undefined
  return edit ? [{ edits: [edit], at: flow.start(map), scope: node.path }] : []
}

/** The key as it is written, without quotes, and some more. */
function misspell(flow: FlowText, key: unknown) {
  return flow.replace(key, `${flow.text.slice(flow.start(key), flow.end(key)).replace(/["']/g, '')}x`)
}

export const wrongNodes: readonly Mutation[] = [
  {
    name: 'a key that a node does not have',
    codes: ['FLOW_UNKNOWN_FIELD'],
    isAlone: true,
    changes: (flow) => flow.nodes.map((node) => say(flow, node, 'zzz', '1')),
  },
  {
    name: 'a key that is longer than a line',
    codes: ['FLOW_UNKNOWN_FIELD', 'FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      flow.nodes.flatMap((node) => [900, 2000, 20_000].map((length) => say(flow, node, 'k'.repeat(length), '1'))),
  },
  {
    name: 'a field whose name is misspelt',
    codes: ['FLOW_UNKNOWN_FIELD'],
    isAlone: true,
    changes: (flow) =>
      flow.fields.map(({ node, pair: { key } }) => ({
        edits: [misspell(flow, key)],
        at: flow.start(key),
        scope: node.path,
      })),
  },
  {
    name: 'a wire whose output is misspelt',
    codes: ['FLOW_UNKNOWN_FIELD'],
    changes: (flow) =>
      flow.nodes.flatMap(({ map, path }) =>
        wireKeys
          .flatMap((key) => flow.keyed(map, key) ?? [])
          .map(({ key }) => ({ edits: [misspell(flow, key)], at: flow.start(key), scope: path })),
      ),
  },
  {
    name: 'a value of the wrong type',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) =>
      flow.fields.flatMap((field) => {
        const misfit = misfitFor(field.schema)
        return misfit === undefined ? [] : [giveValue(flow, field, misfit)]
      }),
  },
  {
    name: 'a field that is missing',
    codes: ['FLOW_MISSING_FIELD'],
    isAlone: true,
    changes: (flow) => flow.fields.flatMap((field) => takeOut(flow, field)),
  },
  {
    name: 'a node type that does not exist',
    codes: ['FLOW_UNKNOWN_NODE'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap((node) =>
        ['repli', 'no such type', `${node.type.type}s`, '__proto__', 'constructor'].map((type) =>
          say(flow, node, 'type', type),
        ),
      ),
  },
  {
    name: 'a node type that is no text',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap((node) => ['7', '[ reply ]', 'null'].map((type) => say(flow, node, 'type', type))),
  },
  {
    name: 'a node without a type',
    codes: ['FLOW_MISSING_FIELD'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.map(({ map, path }) => ({
        edits: [misspell(flow, flow.keyed(map, 'type')?.key)],
        at: flow.start(map),
        scope: path,
      })),
  },
  {
    name: 'an ID that is none',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap((node) =>
        ['9lives', 'end', 'break', 'stop', '[ a ]', '"a b"', '""', '<< data.id >>'].map((id) =>
          say(flow, node, 'id', id),
        ),
      ),
  },
  {
    name: 'a name that is no text',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) => flow.nodes.map((node) => say(flow, node, 'name', '{ a: 1 }')),
  },
  {
    name: 'a key of the format that a node of this type does not have',
    codes: ['FLOW_UNKNOWN_OUTPUT'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap((node) =>
        [...wireKeys, 'on', 'cases']
          .filter((key) => !outputsAt(node).includes(key) && !(key in node.type.config.properties))
          .map((key) => say(flow, node, key, 'end')),
      ),
  },
  {
    name: 'a node that is no map',
    codes: ['FLOW_WRONG_TYPE'],
    changes: (flow) =>
      flow.nodes
        // In a list with a text or a list in it, it would be a branch of a split.
        .filter(({ path }) => /^nodes\/\d+\/$/.test(path))
        .flatMap((node) => ['reply', '7', 'null', '[]'].map((value) => flow.addNode(node, value)))
        .map((edit) => ({ edits: [edit], at: edit.offset })),
  },
]

const keys = triggerTypes.map(({ key }) => key)

export const wrongTriggers: readonly Mutation[] = [
  {
    name: 'a trigger of two types',
    codes: ['FLOW_UNKNOWN_TRIGGER'],
    isAlone: true,
    changes: (flow) =>
      flow.triggers.flatMap((map) =>
        keys
          .filter((key) => !flow.keyed(map, key))
          .map((key) => ({ edits: [flow.addPair(map, `${key}: a`)], at: flow.start(map), scope: 'on' })),
      ),
  },
  {
    name: 'a trigger of no type',
    codes: ['FLOW_UNKNOWN_TRIGGER'],
    isAlone: true,
    changes: (flow) =>
      flow.triggers.flatMap((map) =>
        keys
          .flatMap((key) => flow.keyed(map, key) ?? [])
          .map(({ key }) => ({ edits: [misspell(flow, key)], at: flow.start(map), scope: 'on' })),
      ),
  },
  {
    name: 'a key that a trigger does not have',
    codes: ['FLOW_UNKNOWN_FIELD'],
    isAlone: true,
    changes: (flow) =>
      flow.triggers.map((map) => ({ edits: [flow.addPair(map, 'zzz: 1')], at: flow.start(map), scope: 'on' })),
  },
  {
    name: 'a route that is none',
    codes: ['FLOW_ROUTE_SYNTAX'],
    isAlone: true,
    changes: (flow) =>
      flow.triggers
        .flatMap((map) => flow.keyed(map, 'endpoint') ?? [])
        .flatMap(({ value }) =>
          ['GET', 'GET pots', 'FETCH /pots', '/pots', 'GET /a//b', 'GET /{a}/{a}', 'GET /{a*}/b', 'GET /{a', ''].map(
            (route) => ({ edits: [flow.replace(value, `'${route}'`)], at: flow.start(value), scope: 'on' }),
          ),
        ),
  },
  {
    name: 'a trigger that is wired to no node',
    codes: ['FLOW_UNKNOWN_TARGET'],
    isAlone: true,
    changes: (flow) =>
      flow.triggers
        .filter((map) => !flow.keyed(map, 'then'))
        .map((map) => ({ edits: [flow.addPair(map, 'then: nowhere')], at: flow.start(map), scope: 'on' })),
  },
  {
    name: 'a key that flows do not have',
    codes: ['FLOW_UNKNOWN_FIELD'],
    isAlone: true,
    changes: (flow) => [{ edits: [flow.addPair(flow.root, 'zzz: 1')], at: flow.start(flow.root), scope: 'root' }],
  },
  {
    name: 'a flow without a name, a trigger or nodes',
    codes: ['FLOW_MISSING_FIELD'],
    changes: (flow) =>
      ['name', 'on', 'nodes']
        .flatMap((key) => flow.keyed(flow.root, key) ?? [])
        .map(({ key }) => ({ edits: [misspell(flow, key)], at: flow.start(flow.root) })),
  },
]
