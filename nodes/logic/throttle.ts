import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { filled } from '../parts/filled.ts'
import { aboutMemory, checkMemory, compileMemory, identifier } from '../parts/memory.ts'
import { numberOf } from '../parts/number-of.ts'
import { written } from '../parts/written.ts'

export const throttle = defineNode({
  type: 'throttle',
  losant: { type: 'ThrottleNode', translate },
  summary: 'Lets runs pass so often in a stretch of time, and no more.',
  description: `\`then\` is taken by who passes, \`else\` by who does not. No stretch of \`perMs\` milliseconds has more than \`times\` that pass, wherever it
begins; those that do not pass are not counted.

A way that no wire names goes on at the next node: to do nothing more for who does not pass, say \`else: end\`.

${aboutMemory}`,
  config: Type.Object({
    perMs: ValueOf(Type.Number({ minimum: 1 }), {
      description: 'How long the stretch is, in milliseconds.',
      acceptsDigits: true,
    }),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'How many pass in it.', default: 1 })),
    identifier,
    sinceLast: Type.Optional(
      PathTo({ description: 'Where the milliseconds since the last one passed go; nothing where none has.' }),
    ),
  }),
  outputs: ['else', 'then'],
  check: checkMemory,
  remembers: () => true,
  writes: ({ sinceLast }) => written(sinceLast, scalar),
  compile: ({ perMs, times = 1, identifier, sinceLast }, context) => {
    const slotOf = compileMemory('throttle', identifier, context)
    return async (payload, run) => {
      const now = run.services.clock.now()
      const stretch = perMs(payload)
      const { passes, last } = await run.services.storage.update(slotOf(payload, run), (stored) => {
        // What this node itself has stored: the times of those that passed, the last one at the end.
        const passed = (stored ?? []) as readonly number[]
        // A time far ahead is from before the clock was set back: it must not block the node until then.
        const recent = passed.filter((time) => Math.abs(now - time) < stretch)
        const passes = recent.length < times
        return { value: passes ? [...recent, now] : passed, result: { passes, last: passed.at(-1) } }
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

/** Losant's node lets one pass where enough time has gone by since the one before: at 10 a minute after 6 s each. */
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
