/** The schema of `*.test.yaml`: the tests of the flow next to it. */
import { Type } from 'typebox'
import type { ActionCatalog } from '../../contracts/actions.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { settingsSchemaFor } from '../load/application-file.ts'
import { fieldsOf } from './json-schema.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

const request = Type.Object(
  {
    method: Type.Unsafe<string>({ type: 'string', enum: methods }),
    path: Type.String({ pattern: '^/', description: 'The path, with its query.', examples: ['/devices?limit=5'] }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Headers by name.' })),
    body: Type.Optional(
      Type.Unknown({ description: 'Sent as JSON. A text is sent as it is if the headers have a content-type.' }),
    ),
  },
  { description: 'The request to an endpoint.' },
)

const trigger = Type.Object(
  {
    on: Type.Optional(
      Type.String({
        description: "Which of the flow's triggers to fire: its type or its name. The first by default.",
      }),
    ),
    data: Type.Optional(Type.Unknown({ description: 'The `data` of the payload.' })),
    triggerId: Type.Optional(
      Type.String({ description: 'What fired the trigger, such as the ID of a device or a topic.' }),
    ),
    time: Type.Optional(Type.String({ format: 'date-time', description: 'The `time` of the payload.' })),
    meta: Type.Optional(
      Type.Unknown({ description: 'What a device sent with its state, or what a button was pressed with.' }),
    ),
  },
  { description: 'Fires a trigger other than an endpoint.' },
)

const compared = { description: 'Compared as a whole, except for what !any, !match REGEXP and !partial leave open.' }

const expectation = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'HTTP status of the reply.' })),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Headers of the reply by name. Others are ignored.',
      }),
    ),
    body: Type.Optional(Type.Unknown(compared)),
    result: Type.Optional(Type.Unknown({ description: `The result of \`call\`. ${compared.description}` })),
    error: Type.Optional(
      Type.Unknown({ description: 'The message of the error that fails the run, or the error that refuses `call`.' }),
    ),
    visits: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description:
          'The IDs of the visited nodes, in order, with FLOW/ID for a node of another flow. Nodes without an ID are ignored.',
      }),
    ),
    returned: Type.Optional(
      Type.Object(
        {
          output: Type.Optional(Type.String({ description: 'The output by which it returned.' })),
          value: Type.Optional(Type.Unknown(compared)),
        },
        { minProperties: 1, description: 'What a custom node returned that the test started directly.' },
      ),
    ),
    payload: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Values of the payload at the end of the run, by path. Other paths are ignored.',
        examples: [{ 'working.count': 3 }],
      }),
    ),
    debug: Type.Optional(
      Type.Array(Type.Unknown(), {
        description:
          'The logs of `debug` nodes, in order: each a message, or a map of `message`, `details` and `level`.',
      }),
    ),
    sent: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          'By the ID of a node: fields of what it sent, or a list with one item for each time. [] means nothing.',
      }),
    ),
  },
  { minProperties: 1, description: 'What must come of the step.' },
)

/** What a step does, and what must come of it. */
const stepFields = {
  user: Type.Optional(
    Type.String({
      format: 'email',
      description: 'The address of the experience user who makes the request. The user is created if there is none.',
    }),
  ),
  clock: Type.Optional(Type.String({ format: 'date-time', description: 'The time from here on. It stands still.' })),
  request: Type.Optional(request),
  trigger: Type.Optional(trigger),
  call: Type.Optional(Type.String({ description: 'An action of the platform, such as `device.sendState`.' })),
  with: Type.Optional(Type.Unknown({ description: 'The parameters of `call`.' })),
  expect: Type.Optional(expectation),
  save: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Type.String(), {
      description:
        'Saves values of the answer for later steps: with `token: body.token`, they can read << saved.token >>.',
    }),
  ),
}

const stub = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'The status of an HTTP answer.' })),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Headers of an HTTP answer.' })),
    body: Type.Optional(
      Type.Unknown({ description: 'The body of an HTTP answer: text as it is, and anything else as JSON.' }),
    ),
    sent: Type.Optional(Type.Literal(true, { description: 'Accepts a mail, an MQTT message or the start of a flow.' })),
    result: Type.Optional(
      Type.Unknown({
        description: 'The answer of the platform, Redis or MongoDB, the rows of a database, or the stored value.',
      }),
    ),
    error: Type.Optional(
      Type.Union(
        [
          Type.String(),
          Type.Object({
            statusCode: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
            type: Type.Optional(Type.String()),
            message: Type.String(),
          }),
        ],
        { description: 'How the platform refuses the call, or why nothing could be sent.' },
      ),
    ),
    optional: Type.Optional(
      Type.Literal(true, { description: 'The stub may stay unused. Any other unused stub fails the test.' }),
    ),
    output: Type.Optional(
      Type.String({ minLength: 1, description: 'The output that is taken. The node itself is not visited.' }),
    ),
  },
  { minProperties: 1 },
)

const testFields = {
  name: Type.String({ minLength: 1, description: 'What the flow does, as a sentence.' }),
  ...stepFields,
  steps: Type.Optional(
    Type.Array(Type.Object(stepFields), { minItems: 1, description: 'Steps that run one after another.' }),
  ),
  random: Type.Optional(
    Type.Union([Type.String(), Type.Number()], {
      description: 'The seed of all random values, which are then the same each time.',
    }),
  ),
  stubs: Type.Optional(
    Type.Record(Type.String(), Type.Union([stub, Type.Array(stub)]), {
      description:
        'By the ID of a node: the answer to its call, which is not made. A list has an answer for each time.',
    }),
  ),
}

/** `seed` has the schema of `seeds` in application.yaml. */
export function testFileSchemaFor(actions: ActionCatalog): JsonSchema {
  const { seeds } = fieldsOf(settingsSchemaFor(actions) as JsonSchema)
  const seed = Type.Unsafe({ ...seeds, description: 'Seeds in addition to those of application.yaml.' })
  const test = Type.Object({ ...testFields, seed: Type.Optional(seed) })
  return { ...Type.Array(test, { minItems: 1 }) }
}
