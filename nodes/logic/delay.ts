import { Type } from 'typebox'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { ValueOf } from '../../engine/schema.ts'
import { numberOf } from '../parts/number-of.ts'

export const delay = defineNode({
  type: 'delay',
  losant: { type: 'DelayNode', translate },
  summary: 'Waits before the run continues.',
  description: `The wait counts towards the run's time limit: a run that waits past it fails, and its request is answered with 504.`,
  config: Type.Object({
    seconds: ValueOf(Type.Number({ minimum: 0, maximum: 59 }), {
      description: 'How long, in seconds; at most 59.',
      examples: [0.5, '<< data.seconds >>'],
      acceptsDigits: true,
    }),
  }),
  outputs: ['next'],
  compile: ({ seconds }) => {
    return async (payload, run) => {
      await run.services.sleep(seconds(payload) * 1000, run.signal)
      return 'next'
    }
  },
  examples: [
    {
      title: 'Half a second',
      yaml: `type: delay
seconds: 0.5`,
      payload: {},
      expect: { output: 'next' },
    },
    {
      title: 'As long as the device needs',
      yaml: `type: delay
seconds: << data.seconds >>`,
      payload: { data: { seconds: 2 } },
      expect: { output: 'next' },
    },
    {
      title: 'Longer than the limit',
      yaml: `type: delay
seconds: << data.seconds >>`,
      payload: { data: { seconds: 86400 } },
      expect: { error: 'must be a number from 0 to 59' },
    },
  ],
})

function translate({ delay }: RawConfig): RawConfig {
  return { seconds: numberOf(delay) ?? delay }
}
