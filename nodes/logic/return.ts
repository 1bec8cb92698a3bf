import { Type } from 'typebox'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { Value } from '../../engine/schema.ts'
import { isObject } from '../../engine/values/coerce.ts'

export const returnNode = defineNode({
  type: 'return',
  losant: { type: 'CustomNodeCapNode', translate },
  summary: 'Leaves a custom node by one of its outputs, and says what it gives.',
  description: `It stands in the flow of a [custom node](../triggers/custom-node.md), and in no loop of it. Every way through such a flow has to come to one.

The first one counts. The flow that uses the custom node goes on once every branch of it has ended.`,
  config: Type.Object({
    output: Type.Optional(
      Type.String({
        description: 'The way out. May be left out where the custom node has only one.',
        examples: ['found'],
      }),
    ),
    value: Type.Optional(
      Value({ description: 'The result: stands at `result` of the node that uses it, or `null` where it is missing.' }),
    ),
  }),
  // It leaves the custom node, by one of that node's outputs, and its own path ends here.
  outputs: (): readonly string[] => [],
  roles: { returns: true },
  compile: ({ output, value }, { ownOutputs: [first = 'next'] }) => {
    return (payload, run) => {
      const result = value?.(payload)
      // A copy, since other branches may go on with what it is taken from.
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

/** Index 0 is `else` where there are two ways out, and else the only one: that the export of the custom node says, not this node. */
function translate({ branchIndexTemplate, resultSourcePath }: RawConfig): RawConfig {
  const index = Number(branchIndexTemplate ?? 0)
  if (index !== 0 && index !== 1) throw new Error('A return node whose way out a template gives cannot be translated.')
  return {
    ...(index === 1 ? { output: 'then' } : {}),
    ...(resultSourcePath ? { value: `{{${resultSourcePath}}}` } : {}),
  }
}
