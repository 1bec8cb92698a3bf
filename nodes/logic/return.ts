import { Type } from 'typebox'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { Value } from '../../engine/schema.ts'
import { isObject } from '../../engine/values/coerce.ts'
import { templateAt } from '../parts/losant-fields.ts'

export const returnNode = defineNode({
  type: 'return',
  losant: { type: 'CustomNodeCapNode', translate },
  summary: 'Leaves a custom node by one of its outputs, with a result.',
  description: `It belongs in the flow of a [custom node](../triggers/custom-node.md), outside of loops. Every path through such a flow must reach one.

The first one counts. The flow that uses the custom node goes on once every branch of the custom node has ended.`,
  config: Type.Object({
    output: Type.Optional(
      Type.String({
        description: 'The output. Optional if the custom node has only one.',
        examples: ['found'],
      }),
    ),
    value: Type.Optional(
      Value({
        description:
          'The result, which goes to `result` of the node that uses the custom node; `null` if it is missing.',
      }),
    ),
  }),
  // The node leaves the custom node by one of that node's outputs; its own path ends here.
  outputs: (): readonly string[] => [],
  roles: { returns: true },
  compile: ({ output, value }, { ownOutputs: [first = 'next'] }) => {
    return (payload, run) => {
      const result = value?.(payload)
      // A copy, since other branches may go on with the value that it is taken from.
      const by = output ?? first
      run.leave(by, isObject(result) ? structuredClone(result) : result)
      return by
    }
  },
  examples: [
    {
      title: 'The only way out',
      yaml: `type: return
value: { degrees: << data.fahrenheit >>, unit: F }`,
      on: '{ custom-node: convert, inputs: { fahrenheit: { type: number } } }',
      payload: { data: { fahrenheit: 68 } },
      expect: { returned: { output: 'next', value: { degrees: 68, unit: 'F' } } },
    },
    {
      title: 'One of two, without a result',
      yaml: `type: return
output: else`,
      on: '{ custom-node: verify, outputs: [then, else] }',
      payload: {},
      expect: { returned: { output: 'else', value: undefined } },
    },
  ],
})

/** Index 0 is `else` if there are two outputs, otherwise the only one. The export of the custom node says which; this node does not. */
function translate({ branchIndexTemplate, resultSourcePath }: RawConfig): RawConfig {
  const index = Number(branchIndexTemplate ?? 0)
  if (index !== 0 && index !== 1) throw new Error('A return node whose output is a template cannot be translated.')
  return {
    ...(index === 1 ? { output: 'then' } : {}),
    ...(resultSourcePath ? { value: templateAt(resultSourcePath, 'resultSourcePath') } : {}),
  }
}
