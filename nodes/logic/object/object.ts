import { Type } from 'typebox'
import { objectShape } from '../../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../../engine/node.ts'
import { PathTo, Template, Value, ValueOf } from '../../../engine/schema.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { parseJson } from '../../../engine/values/json.ts'
import { readJsonField } from '../../parts/json-field.ts'
import { kindOf } from '../../parts/kind-of.ts'
import { templateAt } from '../../parts/losant-fields.ts'
import { checkOperation, needed, operationField, operationTable, shapeOfOperation } from '../../parts/operations.ts'
import { copyOf, isReadFrom, valueOrMissing } from '../../parts/payload-values.ts'
import { written } from '../../parts/written.ts'
import { type ObjectArguments, type ObjectOperation, objectOperations, operate } from './object-operations.ts'

const Entries = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' })
const Keys = Type.Array(Type.String())

export const object = defineNode({
  type: 'object',
  losant: { type: 'ObjectNode', translate },
  summary: 'Merges maps, picks or omits keys, or converts between maps and lists.',
  description: `${operationTable(objectOperations)}

\`fromPairs\` and \`zipObject\` take a list at \`source\`, the others a map; if it is missing, it counts as empty. The value at \`source\`
stays unchanged unless \`result\` is the same path.

\`json\` is for a \`with\` or \`keys\` whose structure depends on the payload: a text that is parsed as JSON once its templates are filled in.
Write what a client sent with \`jsonEncode\`, which keeps it a single value. Text that is not JSON fails the run.`,
  config: Type.Object({
    operation: operationField(objectOperations),
    source: Value({ description: 'The map or list.', examples: ['<< data.body >>'] }),
    with: Type.Optional(ValueOf(Entries, { description: 'The map to merge into it.' })),
    keys: Type.Optional(ValueOf(Keys, { description: 'Keys of a map.' })),
    json: Type.Optional(Template({ isJson: true, description: 'Replaces `with` or `keys`: JSON with templates.' })),
    result: PathTo({ description: 'Where the result goes.' }),
  }),
  outputs: ['next'],
  check: (check) => checkOperation(check, objectOperations, ['source', 'result']),
  writes: ({ operation, result }) =>
    written(result, shapeOfOperation(objectOperations, operation, objectShape({}, true))),
  compile: ({ source, result, json, ...fields }, { config }) => {
    const operation: ObjectOperation = objectOperations[fields.operation]
    const input = operation.input ? fields[operation.input] : undefined
    const isInPlace = isReadFrom(result, config.source)
    return (payload) => {
      const args = argumentsOf(operation, json ? readJsonField(json(payload), 'json') : copyOf(input?.(payload)))
      const given = valueOrMissing(source, payload)
      result.set(payload, operate(operation, isInPlace ? given : copyOf(given), args))
      return 'next'
    }
  },
  examples: [
    {
      title: 'What a client may see of a device',
      yaml: `type: object
operation: pick
source: << data.device >>
keys: [ deviceId, name ]
result: data.shown`,
      payload: { data: { device: { deviceId: '6a1c', name: 'Fern', applicationId: '5f00' } } },
      expect: { output: 'next', payload: { 'data.shown': { deviceId: '6a1c', name: 'Fern' } } },
    },
    {
      title: 'Settings merged over defaults',
      yaml: `type: object
operation: mergeDeep
source:
  light: { from: 8, to: 20 }
  water: true
with: << data.body.settings >>
result: data.settings`,
      payload: { data: { body: { settings: { light: { to: 22 } } } } },
      expect: { output: 'next', payload: { 'data.settings': { light: { from: 8, to: 22 }, water: true } } },
    },
    {
      title: 'A key that the payload names',
      yaml: `type: object
operation: assign
source: << data.clients >>
json: '{ << jsonEncode data.clientId >>: true }'
result: data.clients`,
      payload: { data: { clients: { ada: true }, clientId: 'bob' } },
      expect: { output: 'next', payload: { 'data.clients': { ada: true, bob: true } } },
    },
    {
      title: 'A source that is not a map',
      yaml: `type: object
operation: omit
source: << data.body >>
keys: [ password ]
result: data.body`,
      payload: { data: { body: 'password=swordfish' } },
      expect: { error: 'source must be a map, not a text.' },
    },
  ],
})

/** The arguments of the operation. Throws if the value does not fit, or is missing: that must not mean "omit nothing". */
function argumentsOf({ input }: ObjectOperation, value: unknown): ObjectArguments {
  if (input === undefined) return { with: {}, keys: [] }
  const given = needed(input, value)
  if (input === 'with') {
    if (!isMap(given)) throw new Error(`with must be a map, not ${kindOf(given)}.`)
    return { with: given, keys: [] }
  }
  if (!Array.isArray(given) || !given.every((key) => typeof key === 'string')) {
    throw new Error('keys must be a list of texts.')
  }
  return { with: {}, keys: given }
}

/** Losant's editor creates one operation per node. An operation with an input puts its result at `destPath`, others at `outputPath`. */
function translate({ sourcePath, destPath, operations }: RawConfig): RawConfig {
  const [operation, more] = (operations ?? []) as readonly RawConfig[] // as Losant exports it
  if (operation === undefined || more !== undefined) throw new Error('An object node has one operation.')
  const { type, inputTemplate, outputPath } = operation
  const known: Readonly<Record<string, ObjectOperation>> = objectOperations
  const input = known[String(type)]?.input
  return {
    operation: type,
    source: sourcePath ? templateAt(sourcePath, 'sourcePath') : {},
    ...(input ? translateInput(input, inputTemplate) : {}),
    result: input ? destPath : outputPath,
  }
}

/** A single template becomes a value, and so does JSON without a template. */
function translateInput(input: 'with' | 'keys', template: unknown): RawConfig {
  if (typeof template !== 'string') throw new Error('Its operation has no inputTemplate.')
  if (!template.includes('{{')) return { [input]: parseJson(template) }
  return /^\s*\{\{\s*[^{}\s]+\s*\}\}\s*$/.test(template) ? { [input]: template.trim() } : { json: template }
}
