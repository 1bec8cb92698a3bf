import { Type } from 'typebox'
import type { CustomNode } from '../../engine/custom-node.ts'
import { anything, type Shape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type NodeType, type RawConfig } from '../../engine/node.ts'
import { type CompiledValue, PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { didYouMean } from '../../engine/source/nearest-name.ts'
import { isObject } from '../../engine/values/coerce.ts'
import { isMap } from '../../engine/values/is-map.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { filled } from '../parts/losant-fields.ts'
import { lacking } from '../parts/misplaced.ts'
import { written } from '../parts/written.ts'

const result = PathTo({ description: 'Where the returned value goes; `null` if there is none.' })

const anyCustomNode: NodeType = defineNode({
  type: 'custom-node',
  losant: { type: 'CustomNodeExecuteNode', translate },
  summary: 'Uses a flow of the application as a node.',
  description: `The flow is one with the trigger [\`custom-node\`](../triggers/custom-node.md), which defines the inputs that \`with\` takes and the outputs that can be
wired: \`next\`, \`then\`, \`else\` and \`default\` by keys of their own, all others below \`on\`. An output that is not wired goes on
at the next node. That the custom node exists and is used as it is defined is checked when the application loads.

It runs within the run that uses it, on a payload of its own. The node goes on once every branch of the custom node has ended; a node that fails in it
fails the run, and the \`error\` triggers of the flow that uses it fire. Its nodes count towards the visits and the time that a run may have.

A number that is passed as digits is converted to a number. Custom nodes may use others, but never themselves.`,
  config: Type.Object({
    node: Type.String({ description: 'Name of the custom node.', examples: ['verify-role'] }),
    with: Type.Optional(Type.Record(Type.String(), Value(), { description: 'The inputs by name.' })),
    result: Type.Optional(result),
  }),
  outputs: ['next'],
  check,
  roles: { customNode: { withKnown: (known) => knowing(known) } },
  compile: ({ with: inputs = {}, result }, { useCustomNode }) => {
    const rendered = Object.entries(inputs)
    return (payload, run) => {
      const returned = useCustomNode(run, render(rendered, payload))
      const finish = ({ output, value }: { output: string; value: unknown }) => {
        result?.set(payload, value ?? null)
        // The check of the custom node's flow ensures that it only returns by its own outputs.
        return output as 'next'
      }
      return returned instanceof Promise ? returned.then(finish) : finish(returned)
    }
  },
  examples: [
    {
      title: 'A check before the rest',
      yaml: `type: custom-node
node: verify-role
with:
  user: << experience.user >>
  role: editor
else:
  - { type: reply, status: 403, body: { error: You may not do this. } }`,
      payload: { experience: { user: { tags: { role: 'viewer' } } } },
      flows: {
        'verify-role': `name: Verify role
on:
  custom-node: verify-role
  inputs:
    user: { required: true }
    role: { enum: [editor, viewer], default: viewer }
  outputs: [then, else]
  result: none
nodes:
  - type: conditional
    if: << data.user.tags.role >> === << data.role >> || << data.role >> === 'viewer'
    else:
      - { type: return, output: else }
  - { type: return, output: then }`,
      },
      expect: { output: 'else', reply: { status: 403 } },
    },
    {
      title: 'A result',
      yaml: `type: custom-node
node: fahrenheit
with: { celsius: << data.temperature >> }
result: data.converted`,
      payload: { data: { temperature: 20 } },
      flows: {
        fahrenheit: `name: Celsius to Fahrenheit
on:
  custom-node: fahrenheit
  inputs: { celsius: { type: number, required: true } }
nodes:
  - type: math
    statements:
      - { expression: << data.celsius >> * 9 / 5 + 32, result: working.degrees }
  - { type: return, value: { degrees: << working.degrees >>, unit: F } }`,
      },
      expect: { output: 'next', payload: { 'data.converted': { degrees: 68, unit: 'F' } } },
    },
    {
      title: 'Outputs of other names',
      yaml: `type: custom-node
node: look-up
with: { key: << data.key >> }
result: data.found
on:
  missing: end
  broken:
    - { type: reply, status: 503, body: { error: The catalogue does not answer. } }`,
      payload: { data: { key: 'fern' } },
      flows: {
        'look-up': `name: Look up
on:
  custom-node: look-up
  inputs: { key: { type: string, required: true } }
  outputs: [found, missing, broken]
nodes:
  - type: switch
    value: << data.key >>
    cases:
      - { is: fern, then: found }
      - { is: "?", then: broken }
    default:
      - { type: return, output: missing }
  - { id: found, type: return, output: found, value: Polypodiopsida }
  - { id: broken, type: return, output: broken }`,
      },
      expect: { output: 'found', payload: { 'data.found': 'Polypodiopsida' } },
    },
    {
      title: 'An input of another type',
      yaml: `type: custom-node
node: double
with: { number: << data.query.n >> }
result: data.twice`,
      payload: { data: { query: { n: 'seven' } } },
      flows: {
        double: `name: Double
on: { custom-node: double, inputs: { number: { type: number } } }
nodes:
  - { type: return, value: << multiply data.number 2 >> }`,
      },
      expect: { error: 'must be a number, not "seven"' },
    },
  ],
})

/** The type of every node that uses a custom node. Each of them then resolves to the type of the custom node that it names. */
export const customNode = knowing(new Map())

function knowing(known: ReadonlyMap<string, CustomNode>): NodeType {
  const types = new Map([...known].map(([name, definition]) => [name, typeFor(definition)]))
  return {
    ...anyCustomNode,
    roles: {
      customNode: {
        withKnown: knowing,
        resolve: (node) => types.get(String(node.node)) ?? { ...anyCustomNode, outputs: () => outputsIn(node) },
      },
    },
  }
}

function typeFor(definition: CustomNode): NodeType {
  const inputs = [...definition.inputs].map(([name, { schema, isRequired }]) => {
    const { description, ...asked } = schema
    const about = typeof description === 'string' ? { description } : {}
    const acceptsDigits = asked.type === 'number' || asked.type === 'integer'
    const field = ValueOf(Type.Unsafe(asked), { ...about, acceptsDigits })
    return [name, isRequired ? field : Type.Optional(field)] as const
  })
  const needsInput = [...definition.inputs.values()].some(({ isRequired }) => isRequired)
  const withInputs = Type.Object(Object.fromEntries(inputs), { description: 'The inputs by name.' })
  return {
    ...anyCustomNode,
    ...(definition.description === undefined ? {} : { summary: definition.description }),
    config: Type.Object({
      node: Type.String(),
      with: needsInput ? withInputs : Type.Optional(withInputs),
      ...(definition.result === 'none'
        ? {}
        : { result: definition.result === 'required' ? result : Type.Optional(result) }),
    }),
    outputs: definition.outputs,
    roles: { customNode: { withKnown: knowing, definition } },
    get refusesWith() {
      return definition.refusesWith
    },
    check: (node) => {
      if (definition.remembers) checkMemory(node)
    },
    writes: ({ result }, output) => written(result, shapeOfResult(definition, output)),
  }
}

/** The shape of what an output returns. The value may also be `null`, which has nothing below it either; an output without a return gives nothing. */
function shapeOfResult({ returns }: CustomNode, output: string): Shape {
  return returns ? (returns.get(output) ?? scalar) : anything
}

/** The inputs as the payload of the custom node, copied so that no other payload shares them. */
function render(inputs: readonly (readonly [string, CompiledValue])[], payload: Payload): Payload {
  const rendered: Payload = {}
  for (const [name, value] of inputs) {
    const input = value(payload)
    if (input !== undefined) rendered[name] = isObject(input) ? structuredClone(input) : input
  }
  return rendered
}

/** The outputs that a node wires, for a custom node that is not known. */
function outputsIn(node: RawConfig): readonly string[] {
  const own = ['next', 'then', 'else', 'default'].filter((key) => Object.hasOwn(node, key))
  const named = isMap(node.on) ? Object.keys(node.on) : []
  const outputs = [...own, ...named]
  return outputs.length === 0 ? ['next'] : outputs
}

function check({ config, customNodes, report }: NodeCheck): void {
  const { node } = config
  if (typeof node !== 'string' || customNodes.includes(node)) return
  const known = customNodes.length > 0 ? `There are: ${customNodes.join(', ')}.` : undefined
  report({
    code: 'FLOW_UNKNOWN_CUSTOM_NODE',
    at: ['node'],
    message: `The application has no custom node "${node}".`,
    hint: didYouMean(node, customNodes) ?? known ?? `A flow with "on: { custom-node: ${node} }" makes one.`,
  })
}

/** The node's place in the flow cannot name its memory: inserting a node above would hand one node's memory to another. */
function checkMemory({ id, config, report }: NodeCheck): void {
  if (id !== undefined) return
  const node = String(config.node)
  lacking(
    report,
    `What ${node} remembers is kept under the ID of this node, and it has none.`,
    `Give it one, such as "id: ${node.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}".`,
  )
}

/**
 * A field that is a path in Losant's editor is a bare path in the export. Only the export of the custom node itself tells it from a text, so the
 * caller that has it puts `{{ }}` around the path. Empty fields and headings of the form are exported as empty texts.
 */
function translate({ customNodeId, fields, isInstance, resultPath }: RawConfig): RawConfig {
  if (isInstance)
    throw new Error('A custom node of a Losant instance is not part of an application, nor of its export.')
  const inputs = (Array.isArray(fields) ? fields : []).filter(
    ({ value }: RawConfig) => value !== '' && value !== undefined,
  )
  return {
    node: customNodeId,
    ...(inputs.length === 0 ? {} : { with: Object.fromEntries(inputs.map(({ id, value }: RawConfig) => [id, value])) }),
    ...filled({ result: resultPath }),
  }
}
