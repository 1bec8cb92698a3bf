import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { filled } from '../parts/losant-fields.ts'
import { aboutMemory, checkMemory, compileMemory, identifier } from '../parts/memory.ts'
import { numberOf } from '../parts/number-of.ts'
import { written } from '../parts/written.ts'

export const throttle = defineNode({
  type: 'throttle',
  losant: { type: 'ThrottleNode', translate },
  summary: 'Limits how many runs pass in an interval of time.',
  description: `\`then\` is taken by runs that pass, \`else\` by the others. At most \`times\` runs pass in any \`perMs\` milliseconds; runs that do not
pass are not counted.

From an output without a wire the run continues at the next node. To stop runs that do not pass, write \`else: end\`.

${aboutMemory} A memory expires once it is older than \`perMs\`, unless \`sinceLast\` asks for it: then it never does.`,
  config: Type.Object({
    perMs: ValueOf(Type.Number({ minimum: 1 }), {
      description: 'Length of the interval, in milliseconds.',
      acceptsDigits: true,
    }),
    times: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'How many runs pass in it.', default: 1 }),
    ),
    identifier,
    sinceLast: Type.Optional(
      PathTo({ description: 'Where the milliseconds since the last run passed go; nothing if none has.' }),
    ),
  }),
  outputs: ['else', 'then'],
  guards: true,
  check: checkMemory,
  remembers: () => true,
  writes: ({ sinceLast }) => written(sinceLast, scalar),
  compile: ({ perMs, times = 1, identifier, sinceLast }, context) => {
    const slotOf = compileMemory('throttle', identifier, context)
    return async (payload, run) => {
      const now = run.services.clock.now()
      const stretch = perMs(payload)
      const { passes, last } = await run.services.storage.update(slotOf(payload, run), (stored) => {
        // This node stores the times of the runs that passed, the latest at the end.
        const passed = (stored ?? []) as readonly number[]
        // A time in the future dates from before the clock was set back, and must not block the node until then.
        const recent = passed.filter((time) => Math.abs(now - time) < stretch)
        const passes = recent.length < times
        const ttlMs = sinceLast ? undefined : stretch
        const result = { passes, last: passed.at(-1) }
        return passes ? { value: [...recent, now], result, ttlMs } : { value: passed, result, ttlMs: 'kept' }
      })
      if (last !== undefined) sinceLast?.set(payload, now - last)
      return passes ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: 'At most one mail an hour for each pot',
      yaml: `id: one-mail
type: throttle
perMs: 3600000
identifier: << data.deviceId >>
else: end`,
      payload: { data: { deviceId: 'fern' } },
      earlier: [{ data: { deviceId: 'cactus' } }],
      expect: { output: 'then' },
    },
    {
      title: 'Three a minute, and the fourth is told to wait',
      yaml: `id: three-a-minute
type: throttle
times: 3
perMs: 60000
else:
  - type: reply
    status: 429`,
      payload: {},
      earlier: [{}, {}, {}],
      expect: { output: 'else' },
    },
  ],
})

/** Losant's node lets a run pass if enough time has gone by since the last one: at 10 a minute, 6 s. */
function translate({ ratePerMinute, throttleIdTemplate, timeSincePath }: RawConfig): RawConfig {
  const rate = numberOf(ratePerMinute)
  if (rate === undefined || rate <= 0) {
    throw new Error(`A throttle's ratePerMinute cannot be ${JSON.stringify(ratePerMinute)}.`)
  }
  return {
    perMs: Math.max(1, Math.round(60_000 / rate)),
    ...filled({ identifier: throttleIdTemplate, sinceLast: timeSincePath }),
  }
}
