import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { Expression, PathTo } from '../../engine/schema.ts'
import { filled } from '../parts/losant-fields.ts'
import { aboutMemory, checkMemory, compileMemory, identifier, memoryTtl } from '../parts/memory.ts'
import { ttlMsOf } from '../parts/time-to-live.ts'
import { written } from '../parts/written.ts'

const facts = ['conditionResult', 'resetResult', 'wasLatched', 'isLatched', 'taken'] as const
const fact = (description: string) =>
  Type.Optional(PathTo({ description: `Where \`true\` or \`false\` goes: ${description}` }))

export const latch = defineNode({
  type: 'latch',
  losant: { type: 'LatchNode', translate },
  summary: 'Takes `then` once when a condition is met, and not again until it is reset.',
  description: `| latched | expression | way out | latched afterwards |
|---|---|---|---|
| no | \`if\` is truthy | \`then\` | yes |
| no | \`if\` is falsy | \`else\` | no |
| yes | \`reset\` is falsy | \`else\` | yes |
| yes | \`reset\` is truthy | \`else\` | no |

From an output without a wire the run continues at the next node. To do nothing until the condition is met, write \`else: end\`.

${aboutMemory}`,
  config: Type.Object({
    if: Expression({ description: 'The condition that latches the node.', examples: ['<< data.moisture >> < 0.2'] }),
    reset: Type.Optional(
      Expression({
        description: 'The condition that resets the node. Without it, the node takes `then` once and never again.',
        examples: ['<< data.moisture >> > 0.3'],
      }),
    ),
    identifier,
    ttl: memoryTtl,
    conditionResult: fact('whether `if` was met.'),
    resetResult: fact('whether `reset` was met.'),
    wasLatched: fact('whether the node was latched before.'),
    isLatched: fact('whether the node is latched now.'),
    taken: fact('whether `then` was taken.'),
  }),
  outputs: ['else', 'then'],
  check: checkMemory,
  remembers: () => true,
  writes: (config) => facts.flatMap((name) => written(config[name], scalar)),
  compile: (config, context) => {
    const slotOf = compileMemory('latch', config.identifier, context)
    return async (payload, run) => {
      const conditionResult = Boolean(config.if(payload))
      const resetResult = Boolean(config.reset?.(payload))
      const ttlMs = ttlMsOf(config.ttl, payload)
      const { wasLatched, isLatched } = await run.services.storage.update(slotOf(payload, run), (stored) => {
        const wasLatched = stored === true
        const isLatched = wasLatched ? !resetResult : conditionResult
        // Stores nothing for a node that is not latched.
        const value = isLatched ? true : undefined
        return { value, result: { wasLatched, isLatched }, ttlMs: wasLatched ? 'kept' : ttlMs }
      })
      const taken = isLatched && !wasLatched
      const values = { conditionResult, resetResult, wasLatched, isLatched, taken }
      for (const name of facts) config[name]?.set(payload, values[name])
      return taken ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: 'One mail when a pot dries out, and none until it has been watered',
      yaml: `id: too-dry
type: latch
if: << data.moisture >> < 0.2
reset: << data.moisture >> > 0.3
identifier: << data.deviceId >>
else: end`,
      payload: { data: { deviceId: 'fern', moisture: 0.1 } },
      earlier: [{ data: { deviceId: 'fern', moisture: 0.5 } }, { data: { deviceId: 'cactus', moisture: 0.1 } }],
      expect: { output: 'then' },
    },
    {
      title: 'Still dry',
      yaml: `id: too-dry
type: latch
if: << data.moisture >> < 0.2
reset: << data.moisture >> > 0.3
else: end`,
      payload: { data: { moisture: 0.1 } },
      earlier: [{ data: { moisture: 0.1 } }, { data: { moisture: 0.25 } }],
      expect: { output: 'else' },
    },
    {
      title: 'The moment of the reset',
      yaml: `id: too-dry
type: latch
if: << data.moisture >> < 0.2
reset: << data.moisture >> > 0.3
wasLatched: working.wasDry
isLatched: working.isDry`,
      payload: { data: { moisture: 0.8 } },
      earlier: [{ data: { moisture: 0.1 } }],
      expect: { output: 'else', payload: { 'working.wasDry': true, 'working.isDry': false } },
    },
  ],
})

function translate(config: RawConfig): RawConfig {
  return {
    if: config.latchExpression || false,
    ...filled({
      reset: config.resetExpression,
      identifier: config.latchIdTemplate,
      conditionResult: config.latchResultPath,
      resetResult: config.resetResultPath,
      wasLatched: config.wasLatchedPath,
      isLatched: config.isLatchedPath,
      taken: config.branchPath,
    }),
  }
}
