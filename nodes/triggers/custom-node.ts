import { type Static, Type } from 'typebox'
import { type CustomNodeInput, type CustomNodeSpec, customNodeKey } from '../../engine/custom-node.ts'
import { sharedSchemaChecker } from '../../engine/json-schema/schema-problems.ts'
import { objectShape } from '../../engine/json-schema/shape.ts'
import { type JsonSchema, shapeOfSchema } from '../../engine/json-schema/shape-of-schema.ts'
import type { FieldProblem } from '../../engine/source/problem.ts'
import { defineTrigger, type TriggerCheck } from '../../engine/trigger.ts'
import { unsafeNames } from '../../engine/values/path.ts'
import { defined } from '../parts/defined.ts'
import { flag } from '../parts/flag.ts'
import { misplaced } from '../parts/misplaced.ts'
import { oneOf } from '../parts/one-of.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

const input = Type.Object({
  type: oneOf(['string', 'number', 'integer', 'boolean', 'object', 'array'], {
    description: 'The type of the input. Defaults to any type.',
  }),
  enum: Type.Optional(Type.Array(Type.Unknown(), { minItems: 1, description: 'The allowed values.' })),
  minimum: Type.Optional(Type.Number({ description: 'The smallest number allowed.' })),
  maximum: Type.Optional(Type.Number({ description: 'The largest number allowed.' })),
  pattern: Type.Optional(Type.String({ format: 'regex', description: 'A regular expression that a text must match.' })),
  required: flag('Whether the input is required.'),
  default: Type.Optional(Type.Unknown({ description: 'The value if the input is not given.' })),
  description: Type.Optional(Type.String({ description: 'For people.' })),
})

type RawInput = Static<typeof input>

export const customNodeTrigger = defineTrigger({
  key: customNodeKey,
  losant: 'customNodeStart',
  summary: 'Turns the flow into a node that other flows can use.',
  description: `A flow uses it with [\`type: custom-node\`](../nodes/custom-node.md) and its name. Name, inputs and outputs are checked when the
application loads. Such a flow has no other trigger.

The inputs are at \`data\`, by name. An input that is missing and has no \`default\` is left out. The payload also has
\`time\`, which is that of the run, \`globals\`, \`secrets\`, and the names and IDs of the application, of this flow and of this trigger. The custom node can
neither read anything else of the payload of the flow that uses it, such as \`experience\`, nor change any of it.

Every path must reach a [\`return\`](../nodes/return.md), which chooses one of the \`outputs\` and gives the result. A custom
node does not reply.

What it stores, by \`store-value\`, \`latch\` and the like, is separate for each node that uses it, by that node's file and \`id\`.`,
  config: Type.Object({
    [customNodeKey]: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The name of the custom node, which must be unique.',
    }),
    inputs: Type.Optional(
      Type.Record(Type.String(), input, {
        description: 'The inputs by name. Names have letters, digits, `_` and `-`.',
      }),
    ),
    outputs: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]*$' }), {
        minItems: 1,
        uniqueItems: true,
        description: 'The outputs. Defaults to `[next]`.',
        examples: ['[then, else]', '[found, missing]'],
      }),
    ),
    result: oneOf(['optional', 'required', 'none'], {
      description: 'Whether the node that uses it may, must or cannot say where the result goes.',
      default: 'optional',
    }),
  }),
  check,
  sample: ({ inputs = {} }) =>
    Object.fromEntries(
      Object.entries(inputs).flatMap(([name, { default: byDefault, enum: values }]) => {
        const value: unknown = byDefault ?? values?.[0]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  shape: ({ inputs = {} }) => {
    const shapes = Object.entries(inputs).map(([name, raw]) => [name, shapeOfSchema(schemaOf(raw))])
    return { data: objectShape(Object.fromEntries(shapes)) }
  },
  compile: ({ [customNodeKey]: name, inputs = {}, outputs = ['next'], result = 'optional' }): CustomNodeSpec => ({
    name,
    inputs: new Map(Object.entries(inputs).map(([name, raw]) => [name, compileInput(raw)])),
    outputs,
    result,
  }),
  examples: [
    {
      title: 'A check with two ways out',
      yaml: `custom-node: verify-role
inputs:
  user: { description: The experience user., required: true }
  role: { enum: [admin, editor, viewer], default: viewer }
outputs: [then, else]
result: none`,
    },
    {
      title: 'A conversion',
      yaml: `custom-node: fahrenheit
inputs:
  celsius: { type: number, required: true }
result: required`,
    },
  ],
})

function schemaOf({ type, enum: values, minimum, maximum, pattern, description }: RawInput): JsonSchema {
  return defined({ type, enum: values, minimum, maximum, pattern, description })
}

function compileInput(raw: RawInput): CustomNodeInput {
  return {
    schema: schemaOf(raw),
    isRequired: raw.required ?? false,
    ...(raw.default === undefined ? {} : { default: raw.default }),
  }
}

const inputName = /^[A-Za-z0-9_-]+$/
/** Words with another meaning in a wire. */
const reservedOutputs: ReadonlySet<string> = new Set(['do', 'end', 'break', 'stop'])

function check(trigger: TriggerCheck): void {
  const { config, report } = trigger
  refuseTemplates(trigger, [customNodeKey, 'outputs'])
  // The configuration fits the schema.
  const { inputs = {}, outputs = [] } = config as { inputs?: Record<string, RawInput>; outputs?: readonly string[] }
  for (const [name, raw] of Object.entries(inputs)) {
    const at = ['inputs', name]
    if (unsafeNames.has(name)) {
      report({ code: 'FLOW_UNSAFE_PATH', at, atKey: true, message: `"${name}" cannot be a key of a payload.` })
    } else if (!inputName.test(name)) {
      const message = `"${name}" cannot be the name of an input: use only letters, digits, _ and -.`
      report({ code: 'FLOW_WRONG_TYPE', at, atKey: true, message })
    }
    const reportBelow = (problem: FieldProblem) => report({ ...problem, at: [...at, ...problem.at] })
    refuseTemplates({ config: raw, report: reportBelow }, ['default', 'enum'])
    if (raw.default === undefined) continue
    if (raw.required) {
      const message = `${name} is required, so its default is never used.`
      misplaced(report, [...at, 'default'], message, 'Remove one of the two.')
    }
    for (const complaint of sharedSchemaChecker().check(schemaOf(raw), raw.default)) {
      const message = complaint.message.replace(/^The value\b/, `The default of ${name}`)
      report({ ...complaint, at: [...at, 'default', ...complaint.at], message })
    }
  }
  outputs.forEach((name, index) => {
    if (!unsafeNames.has(name) && !reservedOutputs.has(name) && !(name in Object.prototype)) return
    const message = `"${name}" cannot be the name of an output.`
    report({ code: 'FLOW_WRONG_TYPE', at: ['outputs', index], message, hint: 'Give it another name.' })
  })
}
