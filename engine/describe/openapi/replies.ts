/** Describes the responses of an endpoint: the flow's replies by status, and the platform's own answers. */
import type { JsonSchema } from '../../json-schema/shape-of-schema.ts'
import { compileTemplate } from '../../templates/template.ts'
import type { EndpointFacts, NodeFacts } from './endpoint-facts.ts'
import { anyOf, schemaOfValue } from './schemas.ts'

const error: JsonSchema = { $ref: '#/components/schemas/Error' }

/** The platform's own answers, by name in the document's components. */
const answers = {
  BadRequest: { status: 400, description: 'The body cannot be parsed as its content type.' },
  Unauthorized: { status: 401, description: 'A valid token is needed.' },
  Forbidden: { status: 403, description: 'The user of the token is in none of the groups.' },
  BodyTooLarge: { status: 413, description: 'The body is too large.' },
  UnsupportedEncoding: { status: 415, description: 'The content encoding of the body is not supported.' },
  TooManyAttempts: { status: 429, description: 'Too many attempts: try again later.' },
  InternalError: { status: 500, description: 'The flow failed. The log has the reason under the `requestId`.' },
  Busy: { status: 503, description: 'Too many requests at once: try again in a moment.' },
  TimedOut: { status: 504, description: 'The flow took too long.' },
} as const

type Answer = keyof typeof answers

const retryAfter = { 'retry-after': { description: 'Seconds to wait.', schema: { type: 'string' } } }

export const replyComponents = {
  schemas: {
    Error: {
      type: 'object',
      required: ['error'],
      properties: {
        error: { type: 'string', description: 'What went wrong, for people.' },
        code: { type: 'string', description: 'What went wrong, for programs.' },
        requestId: { type: 'string', description: 'The ID of the request in the log.' },
      },
    },
  },
  responses: Object.fromEntries(
    Object.entries(answers).map(([name, { status, description }]) => [
      name,
      {
        description,
        ...((status === 429 || status === 503) && { headers: retryAfter }),
        content: { 'application/json': { schema: error } },
      },
    ]),
  ),
}

/** Everything that is answered with one status. */
interface Gathered {
  readonly content: Map<string, JsonSchema[]>
  readonly headers: Map<string, JsonSchema>
  answer: Answer | undefined
  isFlows: boolean
}

export function describeResponses(facts: EndpointFacts): Readonly<Record<string, JsonSchema>> {
  const gathered = new Map<string, Gathered>()
  const at = (status: number | undefined): Gathered => {
    const key = status === undefined ? 'default' : String(status)
    const found = gathered.get(key) ?? { content: new Map(), headers: new Map(), answer: undefined, isFlows: false }
    gathered.set(key, found)
    return found
  }
  for (const facing of [...facts.nodes, ...facts.handlers]) if (facing.node.type.roles?.reply) takeReply(facing, at)
  takeRefusals(facts, at)
  for (const name of answersTo(facts)) at(answers[name].status).answer = name
  const entries = [...gathered].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([status, found]) => [status, describe(status, found)]))
}

type At = (status: number | undefined) => Gathered

const withoutBody: ReadonlySet<number | undefined> = new Set([204, 205, 304])

function takeReply({ node, entering }: NodeFacts, at: At): void {
  const outline = node.type.roles?.reply?.outline(node.config)
  const found = at(outline?.status)
  found.isFlows = true
  if (!outline) return
  const { 'content-type': contentType, ...headers } = outline.headers
  for (const [name, value] of Object.entries(headers)) {
    // A cookie is configured as a map, and sent as text.
    const schema = typeof value === 'string' ? schemaOfValue(value, entering) : {}
    found.headers.set(name, 'const' in schema ? schema : { type: 'string' })
  }
  if (outline.body === undefined || withoutBody.has(outline.status)) return
  if (outline.isBinary) return addContent(found, mediaType(contentType, {}), {})
  const escapes = node.type.escapesHtml?.(node.config).includes('body')
  const schema = schemaOfValue(outline.body, entering, escapes)
  addContent(found, mediaType(contentType, schema), schema)
}

function addContent({ content }: Gathered, type: string, schema: JsonSchema): void {
  content.set(type, [...(content.get(type) ?? []), schema])
}

/** Text is sent as text and anything else as JSON, unless the flow sets a content type. */
function mediaType(written: unknown, schema: JsonSchema): string {
  if (typeof written === 'string') {
    const [literal = ''] = compileTemplate(written).isLiteral ? written.split(';') : []
    return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(literal.trim()) ? literal.trim().toLowerCase() : '*/*'
  }
  const { type } = schema
  if (type === 'string') return 'text/plain'
  if (type === undefined) return 'properties' in schema || 'items' in schema ? 'application/json' : '*/*'
  return Array.isArray(type) && type.includes('string') ? '*/*' : 'application/json'
}

/** Adds the answer that an endpoint configures instead of the plain 401 and 403. */
function takeRefusals({ spec: { access, unauthorized } }: EndpointFacts, at: At): void {
  if (access === 'public' || unauthorized === undefined) return
  if ('redirect' in unauthorized) {
    const found = at(302)
    found.isFlows = true
    found.headers.set('location', { type: 'string', const: unauthorized.redirect })
    return
  }
  const found = at(unauthorized.status)
  found.isFlows = true
  const schema = schemaOfValue(unauthorized.body, { kind: 'anything' })
  addContent(found, mediaType(undefined, schema), schema)
}

function answersTo({ spec, nodes }: EndpointFacts): readonly Answer[] {
  const { access, unauthorized, method } = spec
  const isPlain = access !== 'public' && unauthorized === undefined
  const statuses = new Set(nodes.flatMap(({ node }) => node.type.refusesWith ?? []))
  return [
    ...(method === 'GET' ? [] : (['BadRequest', 'BodyTooLarge'] as const)),
    'UnsupportedEncoding',
    ...(isPlain ? (['Unauthorized'] as const) : []),
    ...(isPlain && typeof access !== 'string' ? (['Forbidden'] as const) : []),
    ...(statuses.has(429) ? (['TooManyAttempts'] as const) : []),
    ...(['InternalError', 'Busy', 'TimedOut'] as const),
  ]
}

function describe(status: string, { content, headers, answer, isFlows }: Gathered): JsonSchema {
  if (answer && !isFlows) return { $ref: `#/components/responses/${answer}` }
  const all = new Map(content)
  if (answer) all.set('application/json', [...(all.get('application/json') ?? []), error])
  return {
    description: `${meaning(status)}${answer ? ` Or: ${answers[answer].description}` : ''}`,
    ...(headers.size > 0 && {
      headers: Object.fromEntries([...headers].map(([name, schema]) => [name, { schema }])),
    }),
    ...(all.size > 0 && {
      content: Object.fromEntries([...all].map(([type, schemas]) => [type, { schema: anyOf(schemas) }])),
    }),
  }
}

function meaning(status: string): string {
  if (status === 'default') return 'A status that the flow computes.'
  if (status < '300') return 'It went well.'
  return status < '400' ? 'It is elsewhere.' : status < '500' ? 'The request was refused.' : 'It failed.'
}
