import { Type } from 'typebox'
import {
  anything,
  headersShape,
  lowerCaseShape,
  objectShape,
  scalar,
  textsShape,
} from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { flag } from '../parts/flag.ts'
import { rawBodyField, rawBodyShape } from '../parts/raw-body.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const webhook = defineTrigger({
  key: 'webhook',
  losant: 'webhook',
  summary: 'Another service sends an HTTP request, with any method, to the address of the webhook.',
  description: `The webhook is served next to the endpoints, at \`/webhooks/NAME\` and below. Anyone who knows the address may call it: give it a name that is
hard to guess, or check the [signature of the body](../../guide/webhooks.md), which needs \`rawBody: true\`.

\`data\` has \`body\`, \`headers\` (without \`cookie\`), \`method\` (in lower case), \`path\` (the rest after the name, with its slash) and \`query\`.
Without \`reply\`, the request is answered with \`200 {"success":true}\` once the run is stored. With \`reply: true\`, the client waits, and
every path through the flow must reach a \`reply\`.`,
  config: Type.Object({
    webhook: Type.String({
      pattern: '^[0-9A-Za-z_-]{1,255}$',
      description: 'Name in the address: letters, digits, _ and -.',
      examples: ['payments-9f3c2a'],
    }),
    reply: flag("Whether the client waits for the flow's reply."),
    rawBody: rawBodyField,
  }),
  expectsReply: ({ reply }) => reply === true,
  isQueued: ({ reply }) => reply !== true,
  sample: ({ rawBody }) => ({
    body: null,
    headers: {},
    method: 'post',
    path: '/',
    query: {},
    ...(rawBody ? { rawBody: '', url: '/' } : {}),
  }),
  shape: ({ reply, rawBody }) => ({
    data: objectShape({
      body: anything,
      headers: headersShape,
      method: lowerCaseShape,
      path: scalar,
      query: textsShape,
      ...(rawBody ? rawBodyShape : {}),
      ...(reply ? { replyId: scalar } : {}),
    }),
  }),
  check: (trigger) => refuseTemplates(trigger),
  compile: ({ webhook: name, reply = false, rawBody = false }) => ({ name, reply, rawBody }),
  examples: [
    { title: 'A notification from another service', yaml: 'webhook: payments-9f3c2a' },
    { title: 'A service that waits for an answer', yaml: 'webhook: doorbell\nreply: true' },
    { title: 'A service whose signature the flow verifies', yaml: 'webhook: github\nreply: true\nrawBody: true' },
  ],
})
