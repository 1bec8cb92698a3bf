import { Type } from 'typebox'
import { demandedPaths } from '../../engine/expressions/demanded-paths.ts'
import { defineNode } from '../../engine/node.ts'
import { Expression } from '../../engine/schema.ts'

export const conditional = defineNode({
  type: 'conditional',
  losant: { type: 'ConditionalNode' },
  summary: 'Takes one of two ways, depending on an expression.',
  description: `\`then\` is taken when the expression is truthy, \`else\` when it is \`false\`, \`0\`, \`""\`, \`null\`, \`NaN\` or missing.
From an output without a wire the run continues at the next node, so a check can be written with an \`else\` alone.`,
  config: Type.Object({
    if: Expression({
      description: 'Truthy takes `then`, falsy takes `else`.',
      examples: ['<< data.temperature >> > 30'],
    }),
  }),
  outputs: ['else', 'then'],
  demands: ({ if: condition }) =>
    typeof condition === 'string' ? demandedPaths(condition).map((path) => ({ path })) : [],
  compile: ({ if: condition }) => {
    return (payload) => (condition(payload) ? 'then' : 'else')
  },
  examples: [
    {
      title: 'A number over a limit',
      yaml: `type: conditional
if: << data.temperature >> > 30
then: warn`,
      payload: { data: { temperature: 31.5 } },
      expect: { output: 'then' },
    },
    {
      title: 'A field that is missing',
      yaml: `type: conditional
if: << data.body.email >> && << data.body.password >>
else:
  - type: reply
    status: 400
    body: { error: Email and password fields required. }`,
      payload: { data: { body: { email: 'ada@lom.example' } } },
      expect: { output: 'else' },
    },
    {
      title: 'Text is compared as it is',
      yaml: `type: conditional
if: << data.body.plan >> === "pro"`,
      payload: { data: { body: { plan: 'pro" || true' } } },
      expect: { output: 'else' },
    },
  ],
})
