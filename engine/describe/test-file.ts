/** What `*.test.yaml` says: the tests of the flow beside it. */
import { Type } from 'typebox'
import type { ActionCatalog } from '../../contracts/actions.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { settingsSchemaFor } from '../load/application-file.ts'
import { fieldsOf } from './json-schema.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

const request = Type.Object(
  {
    method: Type.Unsafe<string>({ type: 'string', enum: methods }),
    path: Type.String({ pattern: '^/', description: 'With its query.', examples: ['/devices?limit=5'] }),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'By name.' })),
    body: Type.Optional(
      Type.Unknown({ description: 'Sent as JSON; a text is sent as it is where headers name a content-type.' }),
    ),
  },
  { description: 'What the endpoint is asked.' },
)

const trigger = Type.Object(
  {
    on: Type.Optional(
      Type.String({
        description: "Which of the flow's triggers: its type or its name. The first where it is not said.",
      }),
    ),
    data: Type.Optional(Type.Unknown({ description: 'Stands at `data` on the payload.' })),
    triggerId: Type.Optional(Type.String({ description: 'What fired: the ID of a device, a topic.' })),
    time: Type.Optional(Type.String({ format: 'date-time', description: 'Stands at `time` on the payload.' })),
    meta: Type.Optional(
      Type.Unknown({ description: 'What a device sent along with its state, or what a button was pressed with.' }),
    ),
  },
  { description: 'Fires a trigger that is no endpoint.' },
)

const compared = { description: 'Compared whole, but for what !any, !match REGEXP and !partial leave open.' }

const expectation = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'HTTP status of the reply.' })),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Headers of the reply, by name; others are not looked at.',
      }),
    ),
    body: Type.Optional(Type.Unknown(compared)),
    result: Type.Optional(Type.Unknown({ description: `What \`call\` gives. ${compared.description}` })),
    error: Type.Optional(
      Type.Unknown({ description: 'The message with which the run fails, or the error with which `call` is refused.' }),
    ),
    visits: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description:
          'IDs of the nodes that are visited, in order: FLOW/ID for those of another flow. Nodes without one do not count.',
      }),
    ),
    returned: Type.Optional(
      Type.Object(
        {
          output: Type.Optional(Type.String({ description: 'The output that it is left by.' })),
          value: Type.Optional(Type.Unknown(compared)),
        },
        { minProperties: 1, description: 'What a custom node comes to that the test starts by itself.' },
      ),
    ),
    payload: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'By path: what stands there on the payload at the end of the run. Other paths are not looked at.',
        examples: [{ 'working.count': 3 }],
      }),
    ),
    debug: Type.Optional(
      Type.Array(Type.Unknown(), {
        description: 'What `debug` nodes say, in order: each a message, or a map of `message`, `details` and `level`.',
      }),
    ),
    sent: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'By ID of a node: fields of what it sent, or a list of them, one for each time; [] is nothing.',
      }),
    ),
  },
  { minProperties: 1, description: 'What comes of it.' },
)

/** What one step does, and what comes of it. */
const stepFields = {
  user: Type.Optional(
    Type.String({
      format: 'email',
      description: 'Address of the experience user who asks, and who is made if there is none.',
    }),
  ),
  clock: Type.Optional(
    Type.String({ format: 'date-time', description: 'What time it is, from here on. Time stands still.' }),
  ),
  request: Type.Optional(request),
  trigger: Type.Optional(trigger),
  call: Type.Optional(Type.String({ description: 'An action of the platform, such as `device.sendState`.' })),
  with: Type.Optional(Type.Unknown({ description: 'The parameters of `call`.' })),
  expect: Type.Optional(expectation),
  save: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Type.String(), {
      description: 'Keeps values of what came back for later steps: `token: body.token` is << saved.token >> there.',
    }),
  ),
}

const stub = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'Status of an HTTP answer.' })),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Headers of an HTTP answer.' })),
    body: Type.Optional(
      Type.Unknown({ description: 'Body of an HTTP answer: a text as it is, anything else as JSON.' }),
    ),
    sent: Type.Optional(Type.Literal(true, { description: 'Takes a mail, an MQTT message or the start of a flow.' })),
    result: Type.Optional(
      Type.Unknown({
        description: 'What the platform, Redis or MongoDB gives, the rows of a database, or what is stored.',
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
        { description: 'How the platform refuses, or why nothing could be sent.' },
      ),
    ),
    optional: Type.Optional(
      Type.Literal(true, { description: 'Nothing need ask for it. A test fails by any other stub that is not used.' }),
    ),
    output: Type.Optional(
      Type.String({ minLength: 1, description: 'The way out that is taken; the node itself is not visited.' }),
    ),
  },
  { minProperties: 1 },
)

const testFields = {
  name: Type.String({ minLength: 1, description: 'What the flow promises, as a sentence.' }),
  ...stepFields,
  steps: Type.Optional(
    Type.Array(Type.Object(stepFields), { minItems: 1, description: 'Several steps, one after another.' }),
  ),
  random: Type.Optional(
    Type.Union([Type.String(), Type.Number()], {
      description: 'Seed of all randomness, which is then the same each time.',
    }),
  ),
  stubs: Type.Optional(
    Type.Record(Type.String(), Type.Union([stub, Type.Array(stub)]), {
      description: 'By ID of a node: what its call gives, which is not made. A list has one for each time.',
    }),
  ),
}

/** `seed` is what application.yaml has as `seeds`. */
export function testFileSchemaFor(actions: ActionCatalog): JsonSchema {
  const { seeds } = fieldsOf(settingsSchemaFor(actions) as JsonSchema)
  const seed = Type.Unsafe({ ...seeds, description: 'What is there besides the seeds of application.yaml.' })
  const test = Type.Object({ ...testFields, seed: Type.Optional(seed) })
  return { ...Type.Array(test, { minItems: 1 }) }
}
