import { Type } from 'typebox'
import type { Random } from '../../contracts/random.ts'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'

const bound = (description: string) => ValueOf(Type.Number(), { description, acceptsDigits: true })

export const randomNumber = defineNode({
  type: 'random-number',
  losant: { type: 'RandomNumberNode', translate },
  summary: 'Draws a whole number, each as likely as the others.',
  description: `\`min\` and \`max\` are drawn too. Bounds between which there is no whole number, and what is no number, fail the run.`,
  config: Type.Object({
    min: bound('The least that can be drawn.'),
    max: bound('The greatest.'),
    result: PathTo({ description: 'Where the number goes.' }),
  }),
  outputs: ['next'],
  check: ({ config: { min, max }, report }: NodeCheck) => {
    if (typeof min !== 'number' || typeof max !== 'number') return
    const problem = problemOf(min, max)
    if (problem) report({ code: 'FLOW_WRONG_TYPE', at: ['max'], message: problem })
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
      expect: { error: 'There is no whole number from 10 to 1.' },
    },
  ],
})

function problemOf(min: number, max: number): string | undefined {
  const [least, greatest] = [Math.ceil(min), Math.floor(max)]
  if (!(least <= greatest)) return `There is no whole number from ${min} to ${max}.`
  // Past these, numbers lie further apart than 1.
  const isSafe = [least, greatest, greatest - least + 1].every(Number.isSafeInteger)
  return isSafe ? undefined : `From ${min} to ${max} there are numbers past ${Number.MAX_SAFE_INTEGER}.`
}

/** A whole number below `count`. What 2^53 has beyond a multiple of `count` is drawn again: it would favour the low ones. */
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
