import { Type } from 'typebox'
import { anything } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { Expression, PathTo } from '../../engine/schema.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { copyOf } from '../parts/payload-values.ts'

export const math = defineNode({
  type: 'math',
  losant: { type: 'MathNode', translate },
  summary: 'Computes values and puts them on the payload.',
  description: `The statements are computed from top to bottom, and each sees what those before it wrote.

A missing number makes the result \`NaN\`, which JSON writes as \`null\`; the run goes on. A text of a number counts as
that number, except with \`+\`, which joins texts. A result need not be a number: a comparison gives \`true\` or \`false\`.`,
  config: Type.Object({
    statements: Type.Array(
      Type.Object({
        expression: Expression({
          description: 'The expression to compute.',
          examples: ['round(<< data.celsius >> * 1.8 + 32)'],
        }),
        result: PathTo({ description: 'Where it goes.' }),
      }),
      { description: 'The statements, computed from top to bottom.' },
    ),
  }),
  outputs: ['next'],
  writes: ({ statements }) =>
    Array.isArray(statements)
      ? statements.filter(isMap).map(({ result }) => ({ path: String(result), shape: anything }))
      : [],
  compile: ({ statements }) => {
    return (payload) => {
      for (const { expression, result } of statements) {
        const value = expression(payload)
        result.set(payload, value === undefined ? Number.NaN : copyOf(value))
      }
      return 'next'
    }
  },
  examples: [
    {
      title: 'From one unit to another, and rounded',
      yaml: `type: math
statements:
  - { expression: << data.celsius >> * 9 / 5 + 32, result: data.fahrenheit }
  - { expression: round(<< data.fahrenheit >> * 10) / 10, result: data.fahrenheit }`,
      payload: { data: { celsius: 21.37 } },
      expect: { output: 'next', payload: { 'data.fahrenheit': 70.5 } },
    },
    {
      title: 'A number that is missing',
      yaml: `type: math
statements:
  - { expression: << data.width >> * << data.height >>, result: data.area }`,
      payload: { data: { width: 3 } },
      expect: { output: 'next', payload: { 'data.area': Number.NaN } },
    },
  ],
})

function translate({ statements = [] }: RawConfig): RawConfig {
  // As Losant exports it.
  const list = statements as readonly RawConfig[]
  return { statements: list.map(({ expression, resultPath }) => ({ expression, result: resultPath })) }
}
