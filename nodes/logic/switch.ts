import { Type } from 'typebox'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { Template, Value } from '../../engine/schema.ts'
import { toText } from '../../engine/values/coerce.ts'

export const switchNode = defineNode({
  type: 'switch',
  losant: { type: 'SwitchNode', translate },
  summary: 'Takes one of many ways, depending on a value.',
  description: `The cases are tried from top to bottom. The first whose \`is\` equals \`value\` is taken; \`default\` is
taken if none does. From an output without a wire, \`default\` included, the run continues at the next node.

Values are compared as text: \`is: 5\` matches the number 5 and the text \`5\`. A \`value\` that is missing or \`null\` is the empty text,
and so takes \`default\` unless a case says \`is: ""\`. An \`is\` that is missing fails the run.`,
  config: Type.Object({
    value: Template({ description: 'The value to compare with the cases.', examples: ['<< data.body.kind >>'] }),
    cases: Type.Array(
      Type.Object({ is: Value({ description: 'A text, a number or a boolean. `then` says where the case leads.' }) }),
      { minItems: 1, description: 'The cases, in the order in which they are tried.' },
    ),
  }),
  outputs: ({ cases }) => ['default', ...outputsOfCases(cases)],
  check,
  compile: ({ value, cases }) => {
    const outputs = outputsOfCases(cases)
    return (payload) => {
      const text = value(payload)
      const index = cases.findIndex(({ is }) => toText(is(payload)) === text)
      return outputs[index] ?? 'default'
    }
  },
  examples: [
    {
      title: 'An event of a device',
      yaml: `type: switch
value: << data.body.event >>
cases:
  - is: dry
    then:
      - { type: debug, message: The plant is thirsty. }
  - is: wet
    then: end
default:
  - { type: reply, status: 400, body: { error: That event is not known. } }`,
      payload: { data: { body: { event: 'wet' } } },
      expect: { output: 'cases[1]' },
    },
    {
      title: 'The status of a response',
      yaml: `type: switch
value: << data.response.status >>
cases:
  - { is: 200, then: stored }
  - { is: 404, then: end }
default: end`,
      payload: { data: { response: { status: 200 } } },
      expect: { output: 'cases[0]' },
    },
    {
      title: 'A missing parameter',
      yaml: `type: switch
value: << data.query.sort >>
cases:
  - { is: name, then: by-name }`,
      payload: { data: { query: {} } },
      expect: { output: 'default' },
    },
  ],
})

/** In the order of Losant's `outputIds`, after the default. */
function outputsOfCases(cases: unknown) {
  return Array.isArray(cases) ? cases.map((_, index) => `cases[${index}]` as const) : []
}

function check({ config, report }: NodeCheck): void {
  const never = (at: readonly (string | number)[], message: string, hint: string) =>
    report({ code: 'FLOW_CASE_NEVER_MATCHES', at, message, hint })
  if (!hasTemplate(config.value)) {
    never(['value'], 'This value is the same in every run.', 'Name a path, as in "value: << data.kind >>".')
  }
  const seen = new Map<string, number>()
  // The configuration fits the schema.
  for (const [index, { is }] of (config.cases as readonly { is: unknown }[]).entries()) {
    if (hasTemplate(is)) continue
    const at = ['cases', index, 'is']
    if (is === null) never(at, 'This case has no value.', 'Write "" for the empty text.')
    else if (typeof is === 'object') never(at, 'No value equals a list or a map.', 'Give each value a case of its own.')
    else {
      const earlier = seen.get(toText(is))
      if (earlier !== undefined) never(at, `cases[${earlier}] already matches this value.`, 'Remove one of the two.')
      else seen.set(toText(is), index)
    }
  }
}

/** Translates the cases only. The wires belong to the graph: `outputIds` has the default first, then one entry per case. */
function translate({ switchTemplate, cases }: RawConfig): RawConfig {
  if (!Array.isArray(cases)) throw new Error('A switch node has no cases.')
  return {
    value: switchTemplate,
    cases: cases.map(({ caseTemplate }: RawConfig) => ({ is: caseTemplate })),
  }
}
