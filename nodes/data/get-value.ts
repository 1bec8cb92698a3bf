import { Type } from 'typebox'
import { anything } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { parseJson } from '../../engine/values/json.ts'
import { present } from '../parts/device-selection.ts'
import { templateAt } from '../parts/losant-fields.ts'
import { lacking, onlyOne } from '../parts/misplaced.ts'
import { isOfFlow, scopeOf, storageKey, storageScope } from '../parts/storage-fields.ts'

export const getValue = defineNode({
  type: 'get-value',
  losant: { type: 'GetValueNode', translate },
  summary: 'Reads a value that a `store-value` has stored.',
  description: `If nothing is stored, or what was has expired, \`result\` gets the \`fallback\`; without one, nothing is at that path afterwards.

To count, use only \`store-value\` with \`increment\`: another run may come between a \`get-value\` and a \`store-value\`.`,
  config: Type.Object({
    key: Type.Optional(storageKey('The key that the value is stored under.')),
    all: Type.Optional(
      Type.Literal(true, {
        description: 'Reads everything in the scope as a map by key, instead of one value. At most 4 MB.',
      }),
    ),
    scope: storageScope,
    fallback: Type.Optional(Value({ description: 'Goes to `result` if nothing is stored under the key.' })),
    result: PathTo({ description: 'Where the value goes.' }),
  }),
  outputs: ['next'],
  check,
  remembers: isOfFlow,
  writes: ({ result }) => [{ path: String(result), shape: anything }],
  compile: ({ key, scope: shared, fallback, result }, { flowId }) => {
    return async (payload, run) => {
      const scope = scopeOf(shared, flowId, run)
      const { storage } = run.services
      if (key) {
        const value = await storage.get({ scope, key: String(present('key', key(payload))) })
        // A copy, since the fallback may also be at another path of the payload.
        result.set(payload, value === undefined ? structuredClone(fallback?.(payload)) : value)
      } else result.set(payload, Object.fromEntries(await storage.list(scope)))
      return 'next'
    }
  },
  examples: [
    {
      title: 'What a device last reported',
      yaml: `type: get-value
key: last-<< data.params.id >>
result: data.last`,
      payload: { data: { params: { id: 'fern' } } },
      stored: { 'last-fern': { moisture: 0.4 } },
      expect: { output: 'next', payload: { 'data.last': { moisture: 0.4 } } },
    },
    {
      title: 'The very first run',
      yaml: `type: get-value
key: points
fallback: []
result: data.points`,
      payload: { data: {} },
      expect: { output: 'next', payload: { 'data.points': [] } },
    },
    {
      title: 'Everything that the flow has stored',
      yaml: `type: get-value
all: true
result: data.stored`,
      payload: { data: {} },
      stored: { 'last-fern': 0.4, 'last-cactus': 0.1 },
      expect: { output: 'next', payload: { 'data.stored': { 'last-cactus': 0.1, 'last-fern': 0.4 } } },
    },
  ],
})

function check(node: NodeCheck): void {
  if (onlyOne(node, ['all', 'key']) === undefined) {
    lacking(
      node.report,
      'The node does not say which value to read.',
      'Give key for one value, or all for every value.',
    )
  }
  onlyOne(node, ['all', 'fallback'])
}

function translate({ keyName, getAll, defaultValue, defaultValueType = 'template', valuePath }: RawConfig): RawConfig {
  if (getAll) return { all: true, result: valuePath }
  const fallback = toFallback(defaultValueType, defaultValue)
  return { key: keyName, result: valuePath, ...(fallback === undefined ? {} : { fallback }) }
}

function toFallback(type: unknown, value: unknown): unknown {
  if (value === undefined || value === '') return undefined
  if (type === 'path') return templateAt(value, 'defaultValue')
  if (type !== 'json' || typeof value !== 'string') return value
  if (value.includes('{{')) throw new Error('A default value that is JSON with templates in it cannot be translated.')
  return parseJson(value)
}
