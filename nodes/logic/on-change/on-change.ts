import { Type } from 'typebox'
import { anything, objectShape, scalar } from '../../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../../engine/schema.ts'
import { filled, templateAt } from '../../parts/losant-fields.ts'
import { aboutMemory, checkMemory, compileMemory, identifier, memoryTtl } from '../../parts/memory.ts'
import { lacking, onlyOne, refuseFields } from '../../parts/misplaced.ts'
import { numberOf } from '../../parts/number-of.ts'
import { oneOf } from '../../parts/one-of.ts'
import { ttlMsOf } from '../../parts/time-to-live.ts'
import { written } from '../../parts/written.ts'
import { compareAny, compareNumbers, type Direction, type Reference } from './changes.ts'

const threshold = (description: string) =>
  Type.Optional(ValueOf(Type.Number({ minimum: 0 }), { description, acceptsDigits: true }))

export const onChange = defineNode({
  type: 'on-change',
  losant: { type: 'BranchOnChangeNode', translate },
  summary: 'Takes one of two ways, depending on whether a value has changed since earlier runs.',
  description: `\`then\` is taken if it has changed, \`else\` if it has not, or if there is no earlier value.

Without \`by\` and \`byPercent\`, any change counts, including a change of type, and from or to a missing value. With one of them, numbers
and texts of numbers are compared; anything else takes \`else\` and is not remembered. A number is compared with:

| \`direction\` | the number |
|---|---|
| \`either\` | the one that last took \`then\`, or the first |
| \`up\` | the lowest since then |
| \`down\` | the highest since then |

${aboutMemory}`,
  config: Type.Object({
    // Optional in the schema, since a required value would fail the run if it is missing.
    value: Type.Optional(
      Value({ description: 'The value to watch. The field is required, but its value may be missing.' }),
    ),
    by: threshold('The least change of the number that counts.'),
    byPercent: threshold('The least change that counts, in percent of the number that it is compared with.'),
    direction: oneOf(['either', 'up', 'down'], {
      description: 'The direction of the change, with `by` or `byPercent`.',
      default: 'either',
    }),
    identifier,
    ttl: memoryTtl,
    previous: Type.Optional(
      PathTo({
        description:
          'Where the value that it was compared with goes, as `{ value, time }` with the time in milliseconds since 1970; nothing the first time.',
      }),
    ),
  }),
  outputs: ['else', 'then'],
  remembers: () => true,
  check: (check) => {
    checkMemory(check)
    checkFields(check)
  },
  writes: ({ previous }) => written(previous, objectShape({ value: anything, time: scalar })),
  compile: ({ value, by, byPercent, direction = 'either', identifier, ttl, previous }, context) => {
    const slotOf = compileMemory('on-change', identifier, context)
    const isNumeric = by !== undefined || byPercent !== undefined
    return async (payload, run) => {
      const current = { value: value?.(payload), time: run.services.clock.now() }
      const least = (by ?? byPercent)?.(payload)
      if (least === undefined && isNumeric) throw new Error('The least change that counts is missing.')
      const ttlMs = ttlMsOf(ttl, payload)
      const { before, hasChanged } = await run.services.storage.update(slotOf(payload, run), (stored) => {
        const before = stored as Reference | undefined // what this node itself has stored
        const { hasChanged, reference } =
          least === undefined
            ? compareAny(before, current)
            : compareNumbers(before, current, { least, isPercent: byPercent !== undefined, direction })
        return { value: reference, result: { before, hasChanged }, ttlMs: reference === before ? 'kept' : ttlMs }
      })
      if (before) previous?.set(payload, before)
      return hasChanged ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: 'A status that has changed',
      yaml: `id: status
type: on-change
value: << data.status >>
identifier: << data.deviceId >>
previous: data.before
else: end`,
      payload: { data: { deviceId: 'fern', status: 'dry' } },
      earlier: [{ data: { deviceId: 'fern', status: 'wet' } }, { data: { deviceId: 'cactus', status: 'dry' } }],
      expect: { output: 'then', payload: { 'data.before': { value: 'wet', time: 1_700_000_000_000 } } },
    },
    {
      title: 'The very first value',
      yaml: `id: status
type: on-change
value: << data.status >>`,
      payload: { data: { status: 'dry' } },
      expect: { output: 'else' },
    },
    {
      title: 'A rise of 5 degrees from the lowest',
      yaml: `id: rise
type: on-change
value: << data.celsius >>
by: 5
direction: up
else: end`,
      payload: { data: { celsius: 19 } },
      earlier: [{ data: { celsius: 20 } }, { data: { celsius: 14 } }, { data: { celsius: 16 } }],
      expect: { output: 'then' },
    },
  ],
})

function checkFields(node: NodeCheck): void {
  if (node.config.value === undefined) {
    lacking(node.report, 'The node does not say which value to watch.', 'Give it as in "value: << data.status >>".')
  }
  if (onlyOne(node, ['by', 'byPercent']) === undefined) {
    refuseFields(node, ['direction'], () => 'direction needs by or byPercent.')
  }
}

const changeTypes: Readonly<Record<string, readonly ['by' | 'byPercent', Direction]>> = {
  value: ['by', 'either'],
  valueInc: ['by', 'up'],
  valueDec: ['by', 'down'],
  percent: ['byPercent', 'either'],
  percentInc: ['byPercent', 'up'],
  percentDec: ['byPercent', 'down'],
}

function translate(config: RawConfig): RawConfig {
  const { valuePath, changeType = 'any', changeThreshold, prevValuePath, onChangeIdTemplate } = config
  const type = Object.hasOwn(changeTypes, String(changeType)) ? changeTypes[String(changeType)] : undefined
  if (!type && changeType !== 'any') {
    throw new Error(`An on-change node's changeType cannot be ${JSON.stringify(changeType)}.`)
  }
  const [field, direction] = type ?? []
  return {
    value: templateAt(valuePath, 'valuePath'),
    ...(field ? { [field]: numberOf(changeThreshold) ?? changeThreshold, direction } : {}),
    ...filled({ identifier: onChangeIdTemplate, previous: prevValuePath }),
  }
}
