/** The pages of the REST API, from the declarations of its actions, event streams and downloads. */
import type { TObject, TSchema } from 'typebox'
import type { Action, ActionContext, Declared, Download, EventStream, Resource } from '../../platform/resource.ts'
import { actionsByCall } from '../../platform/resources/catalogue.ts'
import { describeType, rowsOf, type Schema } from './field-table.ts'
import { code, lines, table } from './markdown.ts'

type AnyAction<Context extends ActionContext> = Action<TObject, TSchema, Context>
type AnyStream<Context extends ActionContext> = EventStream<TObject, Context>

export function apiIndexPage<Context extends ActionContext>(resources: readonly Resource<Context>[]): string {
  const rows = resources.flatMap(({ name, actions, streams = {}, downloads = {} }) => [
    ...Object.entries({ ...actions, ...downloads }).map(([action, { method, path, summary }]) =>
      row(name, action, method, path, summary),
    ),
    ...Object.entries(streams).map(([stream, { path, summary }]) =>
      row(name, stream, 'GET', path, `${summary} (stream)`),
    ),
  ])
  return lines(
    '# The REST API',
    `The platform's port serves these actions, and the [\`api\`](../nodes/api.md) node calls them: each has its name, method, path and body from
Losant. A call needs a token in the header \`authorization: Bearer TOKEN\`, with a scope that includes the action. A refusal is answered with
\`{ type, message }\`. An unknown parameter is refused. In a query, a parameter that is an object or a list is written as JSON.`,
    `A stream is a GET with \`accept: text/event-stream\`, answered by server-sent events. It ends with the token that opened it: at once if
the token is deleted or made inactive, and within 15 seconds if it expires.`,
    table(
      ['action', 'call', 'what it does'],
      rows.toSorted(([a = ''], [b = '']) => a.localeCompare(b, 'en')),
    ),
  )
}

function row(resource: string, name: string, method: string, path: string, summary: string): string[] {
  const call = `${resource}.${name}`
  return [`[${call}](${resource}.md#${call.replaceAll('.', '').toLowerCase()})`, `\`${method} ${path}\``, summary]
}

/** `parts` are all resources with the same name. */
export function resourcePage<Context extends ActionContext>(name: string, parts: readonly Resource<Context>[]): string {
  const entries = parts.flatMap(({ actions, streams = {}, downloads = {} }) => [
    ...Object.entries(actions).map(([action, declared]) => actionPart(`${name}.${action}`, declared)),
    ...Object.entries(streams).map(([stream, declared]) => streamPart(`${name}.${stream}`, declared)),
    ...Object.entries(downloads).map(([download, declared]) => downloadPart(`${name}.${download}`, declared)),
  ])
  return lines(`# ${name}`, parts[0]?.summary, ...entries.flat())
}

function actionPart<Context extends ActionContext>(call: string, action: AnyAction<Context>): string[] {
  const { method, path, params, body, result, status = 200 } = action
  return [
    `## ${call}`,
    action.summary,
    code('http', `${method} ${path}`),
    whoMay(call, action),
    paramsPart(action, body),
    ...bodyPart(params, body, `; for the \`api\` node it is the parameter \`${body}\``),
    `It answers ${status} with ${wordOf(schemaOf(result))}.`,
    givenFields(schemaOf(result)),
  ]
}

function bodyPart(params: TObject, body: string | undefined, forFlows = ''): string[] {
  const taken = body === undefined ? undefined : schemaOf(params).properties?.[body]
  return taken ? [`The body is ${wordOf(taken)}${forFlows}.`, takenFields(taken)] : []
}

function downloadPart<Context extends ActionContext>(call: string, download: Download<TObject, Context>): string[] {
  const { method, path, params, body, summary, contentType, content } = download
  return [
    `## ${call}`,
    summary,
    code('http', `${method} ${path}`),
    whoMay(call, download),
    paramsPart(download, body),
    ...bodyPart(params, body),
    `It answers 200 with ${content}, as \`${contentType}\`.`,
  ]
}

function streamPart<Context extends ActionContext>(call: string, stream: AnyStream<Context>): string[] {
  return [
    `## ${call}`,
    stream.summary,
    code('http', `GET ${stream.path}\naccept: text/event-stream`),
    whoMay(call, stream),
    paramsPart(stream),
    table(
      ['event', 'its data'],
      Object.entries(stream.events).map(([event, data]) => [`\`${event}\``, data]),
    ),
  ]
}

function whoMay(call: string, { scopes, isPublic }: Declared): string {
  if (isPublic) return 'It needs no token.'
  const [resource] = call.split('.')
  const admitting = [...scopes, `${resource}.*`, call].map((scope) => `\`${scope}\``)
  const forFlows = actionsByCall.has(call) ? '' : ' Flows cannot call it.'
  return `Its token needs one of the scopes ${admitting.join(', ')}.${forFlows}`
}

function paramsPart({ path, params }: Declared, body?: string): string {
  const { properties = {}, required = [] } = schemaOf(params)
  const own = Object.entries(properties).filter(([name]) => name !== body)
  if (own.length === 0) return ''
  return table(
    ['parameter', 'in', 'takes', 'required', 'what it says'],
    own.map(([name, schema]) => [
      `\`${name}\``,
      path.includes(`{${name}}`) ? 'path' : 'query',
      describeType(schema),
      required.includes(name) ? 'yes' : '',
      schema.description ?? '',
    ]),
  )
}

/** What a body or a result is, for the sentence above its fields. */
function wordOf(schema: Schema): string {
  if (schema.properties) return 'an object'
  if (schema.items?.properties) return 'a list of objects'
  if (schema.anyOf) return schema.anyOf.map(wordOf).join(' or ')
  return schema.description === undefined ? describeType(schema) : `an object: ${schema.description.replace(/\.$/, '')}`
}

function takenFields(schema: Schema): string {
  const rows = rowsOf(fieldsIn(schema))
  return rows.length === 0 ? '' : table(['field', 'takes', 'required', 'what it says'], rows.map(withoutDefault))
}

function givenFields(schema: Schema): string {
  const rows = rowsOf(fieldsIn(schema))
  return rows.length === 0 ? '' : table(['field', 'is', 'always there', 'what it says'], rows.map(withoutDefault))
}

function withoutDefault([name = '', type = '', required = '', , description = '']: string[]): string[] {
  return [name, type, required, description]
}

function fieldsIn(schema: Schema): Schema {
  return schema.items ?? schema.anyOf?.find(({ properties }) => properties) ?? schema
}

/** TypeBox's types do not have the keywords of JSON Schema. */
function schemaOf(schema: TSchema): Schema {
  return schema as Schema
}
