/** The routes of the REST API, made from the declarations of its actions, event streams and downloads. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import { type Actor, anonymousActor } from '../../platform/auth/actor.ts'
import { authenticate } from '../../platform/auth/authenticate.ts'
import { isAllowed } from '../../platform/auth/scopes.ts'
import { notFound } from '../../platform/base/refusals.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Action, ActionContext, Download, EventStream, Named, Resource } from '../../platform/resource.ts'
import { admit, runAction } from '../../platform/resources/call-action.ts'
import { bearerToken } from './authorise.ts'
import { answerPreflight } from './default-headers.ts'
import { createEventStreams, type EventStreams, wantsStream } from './event-streams.ts'
import { followTokens, type TokenFollower } from './follow-tokens.ts'
import { plainRecord } from './plain-record.ts'
import { queryReader } from './query-params.ts'

export interface RestOptions<Context extends ActionContext> {
  readonly platform: Platform
  readonly resources: readonly Resource<Context>[]
  /** Adds what the actions of these resources need besides the platform. */
  readonly contextOf: (caller: ActionContext) => Context
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** One method of one path. An action and a stream may share it: the `accept` header chooses. */
interface Route {
  readonly method: Action['method']
  readonly url: string
  isPublic?: boolean | undefined
  answer?: Handler
  stream?: Handler
}

const tokenNeeded = defineError('HTTP_TOKEN_NEEDED', 401, () => 'A valid token is needed.')
const downloadEnded = defineError('HTTP_DOWNLOAD_ENDED', 401, () => 'The token of the download is no longer valid.')
const streamOnly = defineError('HTTP_STREAM_ONLY', 406, () => 'Only text/event-stream here.')

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor
  }
}

export function serveResources<Context extends ActionContext>(
  app: FastifyInstance,
  options: RestOptions<Context>,
): void {
  app.decorateRequest('actor')
  const routes = routesOf(options, {
    streams: createEventStreams(app, options.platform),
    downloads: followTokens(app, options.platform),
  })
  for (const { method, url, isPublic = false, answer, stream } of routes) {
    app.route({
      method,
      url,
      onRequest: (request) => identify(options.platform, request, isPublic),
      async handler(request, reply) {
        const handle = (wantsStream(request) ? stream : undefined) ?? answer ?? stream
        return handle?.(request, reply)
      },
    })
  }
  for (const url of new Set(routes.map((route) => route.url))) {
    const methods = routes.filter((route) => route.url === url).map(({ method }) => method)
    refuseOtherMethods(app, url, methods)
  }
}

export function refuseOtherMethods(app: FastifyInstance, url: string, methods: readonly string[]): void {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort()
  const allow = allowed.join(', ')
  const others = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].filter((method) => !methods.includes(method))
  const refuse = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(405)
      .header('allow', allow)
      .send({ type: 'MethodNotAllowed', message: `Only ${allow} here.` })
  // As a hook it runs before the body is read, which need not be well-formed to be refused.
  app.route({ method: others, url, exposeHeadRoute: false, onRequest: refuse, handler: refuse })
  // It needs no token, since browsers send none in a preflight.
  const tell = async (request: FastifyRequest, reply: FastifyReply) => {
    answerPreflight(request, reply, allowed)
    return reply
  }
  app.route({ method: 'OPTIONS', url, onRequest: tell, handler: tell })
}

/** Runs before the body is read, so that strangers learn neither which applications exist nor what is wrong with a body. */
async function identify(platform: Platform, request: FastifyRequest, isPublic: boolean): Promise<void> {
  request.actor = isPublic ? anonymousActor : await actorOf(platform, request)
  if (!isPublic && request.actor.kind === 'anonymous') throw tokenNeeded({})
  const { applicationId = platform.applicationId } = pathParamsOf(request)
  if (applicationId !== platform.applicationId) throw notFound({ what: 'Application' })
}

function actorOf(platform: Platform, { headers, ip }: FastifyRequest): Promise<Actor> {
  return authenticate(platform, bearerToken(headers.authorization ?? ''), ip)
}

/** Whether the token of the request would still be admitted. */
function isStillAllowed(
  platform: Platform,
  request: FastifyRequest,
  { resource, name, called }: Named,
): () => Promise<boolean> {
  return async () => isAllowed(await actorOf(platform, request), resource, name, called)
}

function pathParamsOf(request: FastifyRequest): Readonly<Record<string, string>> {
  // Boundary: Fastify types the parameters as unknown, but its router returns texts by name.
  return request.params as Record<string, string>
}

function routesOf<Context extends ActionContext>(
  options: RestOptions<Context>,
  open: { readonly streams: EventStreams; readonly downloads: TokenFollower },
): readonly Route[] {
  const routes = new Map<string, Route>()
  const routeOf = (method: Action['method'], { path, params }: Pick<Action, 'path' | 'params'>): Route => {
    // `/devices/{deviceId}` as Fastify writes it, with the pattern of the parameter: `/devices/nonsense` is no route.
    const url = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => `:${name}${patternOf(params.properties[name])}`)
    const route: Route = routes.get(`${method} ${url}`) ?? { method, url }
    routes.set(`${method} ${url}`, route)
    return route
  }
  for (const { name: resource, actions, streams: ofResource = {}, downloads = {} } of options.resources) {
    for (const [name, called] of Object.entries(actions)) {
      const route = routeOf(called.method, called)
      route.answer = answerWith(options, { resource, name, called })
      route.isPublic = called.isPublic
    }
    for (const [name, called] of Object.entries(downloads)) {
      routeOf(called.method, called).answer = downloadWith(options, open.downloads, { resource, name, called })
    }
    for (const [name, called] of Object.entries(ofResource)) {
      routeOf('GET', called).stream = streamWith(options, open.streams, { resource, name, called })
    }
  }
  return [...routes.values()]
}

function patternOf(schema: unknown): string {
  const pattern = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'pattern') : undefined
  return typeof pattern === 'string' && routable.test(pattern) ? `(${pattern})` : ''
}

/** The router does not support groups in a pattern. */
const routable = /^[^()]+$/

function answerWith<Context extends ActionContext>(
  { platform, contextOf }: RestOptions<Context>,
  named: Named<Action<TObject, TSchema, Context>>,
): Handler {
  const { params, body, status = 200 } = named.called
  const readParams = paramsReader(params, body)
  return async (request, reply) => {
    const result = await runAction(
      named,
      readParams(request),
      contextOf({ platform, actor: request.actor, address: request.ip }),
    )
    reply.code(status).type('application/json; charset=utf-8')
    return reply.send(JSON.stringify(result ?? null))
  }
}

function downloadWith<Context extends ActionContext>(
  { platform, contextOf }: RestOptions<Context>,
  downloads: TokenFollower,
  named: Named<Download<TObject, Context>>,
): Handler {
  const { called } = named
  const { params, body, contentType } = called
  const readParams = paramsReader(params, body)
  return async (request, reply) => {
    const context = contextOf({ platform, actor: request.actor, address: request.ip })
    const { fileName, parts } = await called.open(admit(named, readParams(request), context), context)
    reply.type(contentType).header('content-disposition', `attachment; filename="${fileName}"`)
    const sent = Readable.from(parts)
    const unfollow = downloads.follow({
      actor: request.actor,
      isAllowed: isStillAllowed(platform, request, named),
      end: () => sent.destroy(downloadEnded({})),
      endsWithServer: false,
    })
    sent.once('close', unfollow)
    return reply.send(sent)
  }
}

function streamWith<Context extends ActionContext>(
  { platform, contextOf }: RestOptions<Context>,
  streams: EventStreams,
  named: Named<EventStream<TObject, Context>>,
): Handler {
  const { called } = named
  const readParams = paramsReader(called.params)
  return async (request, reply) => {
    const { actor } = request
    const context = contextOf({ platform, actor, address: request.ip })
    const params = admit(named, readParams(request), context)
    // Losant's client asks for JSON even when it reads a stream. If the route also has an action, that has answered before.
    const asksForJson = request.headers.accept?.includes('application/json') === true
    if (!wantsStream(request) && !asksForJson) throw streamOnly({})
    return streams.open(reply, {
      actor,
      isAllowed: isStillAllowed(platform, request, named),
      begin: (sink) => called.open(params, context, sink),
    })
  }
}

/** Reads parameters from the query, the path and the body. If a parameter comes twice, the last of these counts. */
function paramsReader(params: TObject, body?: string) {
  const readQuery = queryReader(params)
  return (request: FastifyRequest): Record<string, unknown> => {
    const { applicationId: _, ...pathParams } = pathParamsOf(request)
    const own = { ...readQuery(plainRecord(request.query)), ...pathParams }
    const hasBody = body !== undefined && request.body !== null && request.body !== undefined
    return hasBody ? { ...own, [body]: request.body } : own
  }
}
