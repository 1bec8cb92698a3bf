import { Type } from 'typebox'
import type { Random } from '../../contracts/random.ts'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { wrongValue } from '../parts/misplaced.ts'

const bound = (description: string) => ValueOf(Type.Number(), { description, acceptsDigits: true })

export const randomNumber = defineNode({
  type: 'random-number',
  losant: { type: 'RandomNumberNode', translate },
  summary: 'Draws a random integer from a range, each with the same probability.',
  description: `\`min\` and \`max\` may be drawn too. If a bound is not a number, or there is no integer between them, the run fails.`,
  config: Type.Object({
    min: bound('The smallest number to draw.'),
    max: bound('The largest number to draw.'),
    result: PathTo({ description: 'Where the number goes.' }),
  }),
  outputs: ['next'],
  check: ({ config: { min, max }, report }: NodeCheck) => {
    if (typeof min !== 'number' || typeof max !== 'number') return
    const problem = problemOf(min, max)
    if (problem) wrongValue(report, ['max'], problem)
  },
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: ({ min, max, result }) => {
    return (payload, run) => {
      const [from, to] = [min(payload), max(payload)]
      const problem = problemOf(from, to)
      if (problem) throw new Error(problem)
      const least = Math.ceil(from)
      result.set(payload, least + drawBelow(Math.floor(to) - least + 1, run.services.random))
      return 'next'
    }
  },
  examples: [
    {
      title: 'A throw of a die',
      yaml: `type: random-number
min: 1
max: 6
result: data.thrown`,
      payload: { data: {} },
      expect: { output: 'next' },
    },
    {
      title: 'Bounds the wrong way round',
      yaml: `type: random-number
min: << data.from >>
max: << data.to >>
result: data.drawn`,
      payload: { data: { from: 10, to: 1 } },
      expect: { error: 'There is no integer from 10 to 1.' },
    },
  ],
})

function problemOf(min: number, max: number): string | undefined {
  const [least, greatest] = [Math.ceil(min), Math.floor(max)]
  if (!(least <= greatest)) return `There is no integer from ${min} to ${max}.`
  // Beyond the safe integers, numbers are more than 1 apart.
  const isSafe = [least, greatest, greatest - least + 1].every(Number.isSafeInteger)
  return isSafe ? undefined : `From ${min} to ${max} there are numbers past ${Number.MAX_SAFE_INTEGER}.`
}

/** An integer below `count`. Draws again above the largest multiple of `count` below 2^53, since the remainder would favour low numbers. */
function drawBelow(count: number, random: Random): number {
  const fair = 2 ** 53 - (2 ** 53 % count)
  for (;;) {
    const [first = 0, ...rest] = random.bytes(7)
    const drawn = rest.reduce((number, byte) => number * 256 + byte, first & 31)
    if (drawn < fair) return drawn % count
  }
}

function translate({ min = 0, max = 100, resultPath }: RawConfig): RawConfig {
  return { min, max, result: resultPath }
}
