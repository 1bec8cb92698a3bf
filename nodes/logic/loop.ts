import { Type } from 'typebox'
import { anything, listShape, objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { Expression, PathTo, Value } from '../../engine/schema.ts'
import { isObject } from '../../engine/values/coerce.ts'
import { copyValue } from '../../engine/values/copy.ts'
import { flag } from '../parts/flag.ts'
import { filled, templateAt } from '../parts/losant-fields.ts'
import { lacking, wrongValue } from '../parts/misplaced.ts'
import { written } from '../parts/written.ts'

/** Losant's: https://docs.losant.com/workflows/logic/loop/ */
const maxIterations = 262_144

export const loop = defineNode({
  type: 'loop',
  losant: { type: 'LoopNode', translate },
  summary: 'Runs a list of nodes once for each item.',
  description: `\`do\` lists the nodes of one iteration. An iteration ends when all of its branches have ended, and the next one begins. \`break\`
ends the iteration and the loop, and \`stop\` the whole run. After the last iteration, \`next\` is taken.

| \`over\` | iterations |
|---|---|
| a list | one for each item |
| a map | one for each key |
| a text | one for each character |
| a number | as many as its absolute value, rounded up |
| anything else, or nothing | none |

The current item is at \`item\`: its \`value\`, its \`index\` from 0, the \`key\` in a map, and \`first: true\` or \`last: true\` for the first and the last
item. Over a number, \`value\` is the index.

Iterations run one after another on the same payload, so that each sees what the earlier ones wrote. What the branches of a split write
stays with the branch, as everywhere. With \`parallel\`, five iterations run at a time, each on a copy of the payload: only what they
\`collect\` is kept.

A node that fails stops the loop and the run. With \`parallel\`, the iterations that have begun are finished first.

Every iteration counts as a visit of the loop, and its nodes count towards the number that a run may visit, which is 10,000 unless
\`FLOWPOT_MAX_VISITS\` says otherwise: with one node in \`do\`, 5,000 items. A loop without \`break\` that is sure to exceed it fails before its first
iteration.`,
  config: Type.Object({
    over: Expression({
      description: 'The items to loop over: at most 262,144, and no more than a run may visit.',
      examples: ['<< data.body.plants >>', '3'],
    }),
    item: PathTo({ description: 'Where the current item goes.', examples: ['working.plant'] }),
    collect: Type.Optional(
      Value({
        description:
          'The value to keep from each iteration at its end, or `null` if it is missing. Defaults to what is at `item`.',
      }),
    ),
    result: Type.Optional(
      PathTo({ description: 'Where the list of collected values goes, in the order of the items.' }),
    ),
    parallel: flag('Runs several iterations at a time, each on a copy of the payload.'),
  }),
  outputs: ['next', 'do'],
  roles: {
    loop: {
      isParallel: ({ parallel }) => parallel === true,
      writes: ({ item }) => [{ path: String(item), shape: itemShape }],
      readsAfter: ['collect'],
    },
  },
  check,
  writes: ({ result }, output) => (output === 'next' ? written(result, listShape(anything)) : []),
  compile: ({ over, item, collect, result, parallel = false }, { repeat }) => {
    return (payload, run) => {
      const source = readSource(over(payload))
      const collected = repeat(payload, run, {
        count: source.values.length,
        isParallel: parallel,
        begin: (own, index) => {
          const about = describeItem(source, index)
          item.set(own, parallel ? copyValue(about) : about)
        },
        collect: result && ((own) => (collect ?? item.get)(own) ?? null),
      })
      const finish = (list: readonly unknown[]) => {
        result?.set(payload, list)
        return 'next' as const
      }
      return collected instanceof Promise ? collected.then(finish) : finish(collected)
    }
  },
  examples: [
    {
      title: 'A list made from another',
      yaml: `type: loop
over: << data.plants >>
item: working.plant
collect: { name: << working.plant.value.name >>, place: << working.plant.index >> }
result: working.names`,
      payload: { data: { plants: [{ name: 'Fern' }, { name: 'Cactus' }] } },
      expect: {
        output: 'next',
        payload: {
          'working.names': [
            { name: 'Fern', place: 0 },
            { name: 'Cactus', place: 1 },
          ],
        },
      },
    },
    {
      title: 'The first plant that is dry',
      yaml: `type: loop
over: << data.moistures >>
item: working.plant
do:
  - type: conditional
    if: << working.plant.value >> < 0.2
    then: break`,
      payload: { data: { moistures: { Cactus: 0.4, Fern: 0.1, Ivy: 0 } } },
      expect: { output: 'next', payload: { 'working.plant': { value: 0.1, index: 1, key: 'Fern' } } },
    },
    {
      title: 'Five calls at a time',
      yaml: `type: loop
over: << data.deviceIds >>
item: working.device
do:
  - type: api
    call: device.get
    with: { deviceId: << working.device.value >> }
    result: working.found
collect: << working.found.result.name >>
result: data.names
parallel: true`,
      payload: { data: { deviceIds: ['6a1c2d3e4f5a6b7c8d9e0f1b', '6a1c2d3e4f5a6b7c8d9e0f1c'] } },
      answers: { 'device.get': { result: { name: 'Fern' } } },
      expect: { output: 'next', payload: { 'data.names': ['Fern', 'Fern'], 'working.found': undefined } },
    },
  ],
})

const itemShape = objectShape({ value: anything, index: scalar, key: scalar, first: scalar, last: scalar })

/** The items of a loop, as they are when it begins. */
interface Source {
  readonly values: readonly unknown[]
  /** Of a map. */
  readonly keys?: readonly string[]
}

function readSource(over: unknown): Source {
  if (typeof over === 'number') {
    const count = Math.abs(Math.ceil(over)) || 0
    checkCount(count)
    return { values: Array.from({ length: count }, (_, index) => index) }
  }
  if (typeof over === 'string' || Array.isArray(over)) {
    checkCount(over.length)
    return { values: [...over] }
  }
  if (!isObject(over)) return { values: [] }
  const keys = Object.keys(over)
  checkCount(keys.length)
  return { values: Object.values(over), keys }
}

function checkCount(count: number): void {
  if (count > maxIterations) throw new Error(`A loop has at most ${maxIterations} items, and this one has ${count}.`)
}

function describeItem({ values, keys }: Source, index: number) {
  return {
    value: values[index],
    index,
    ...(keys ? { key: keys[index] } : {}),
    ...(index === 0 ? { first: true } : {}),
    ...(index === values.length - 1 ? { last: true } : {}),
  }
}

function check({ config, wired, report }: NodeCheck): void {
  if (typeof config.over === 'boolean') {
    const hint = 'Name a path, as in "over: << data.items >>".'
    wrongValue(report, ['over'], 'A loop needs a list, a map, a text or a number.', hint)
  }
  if (config.result === undefined && config.collect !== undefined) {
    report({
      code: 'FLOW_MISSING_FIELD',
      at: ['collect'],
      atKey: true,
      message: 'The collected values go nowhere.',
      hint: 'Say where, as in "result: working.names".',
    })
  } else if (config.result === undefined && !wired.has('do')) {
    lacking(
      report,
      'This loop does nothing: it has neither "do" nor "result".',
      'List the nodes of an iteration below "do".',
    )
  }
}

/**
 * The loader of exports makes the body from the graph: the nodes whose `meta.groupId` is this node's ID are its `do`, which
 * `outputIds[1]` leads into. A LoopCapNode becomes a wire: `break` if it has `shouldBreak`, otherwise `end`. Its `mapValuePath`
 * takes precedence over the loop's, which most exports do not have; if the caps of a loop name different paths, each needs a node
 * that copies its value to one place. In Losant, a serial iteration that reaches no cap changes nothing on the payload, and if it
 * splits, the branch that first reaches a cap passes its payload on. Here, only changes from before the split are passed on.
 */
function translate({ loopSourcePath, currentItemPath, mapResultPath, mapValuePath, parallel }: RawConfig): RawConfig {
  return {
    over: templateAt(loopSourcePath, 'loopSourcePath'),
    item: currentItemPath,
    ...filled({ result: mapResultPath, parallel }),
    ...(mapResultPath && mapValuePath ? { collect: templateAt(mapValuePath, 'mapValuePath') } : {}),
  }
}
