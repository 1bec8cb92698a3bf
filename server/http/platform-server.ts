/** Serves the platform's REST API, one route an action, from the actions' own declarations. */
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import { type Actor, anonymousActor } from '../../platform/auth/actor.ts'
import { isAllowed } from '../../platform/auth/scopes.ts'
import type { Action, Resource } from '../../platform/resource.ts'
import { bearerToken } from './authorise.ts'
import { addJsonParser } from './body-parsers.ts'
import { failureOf } from './failure.ts'
import { closeQuickly, fastifyOptions, type ListenerOptions, logRequests } from './listener.ts'
import { plainRecord } from './plain-record.ts'
import { queryReader } from './query-params.ts'
import { requireOneHost } from './refusals.ts'
import { type RunFeed, serveRuns } from './run-streams.ts'

export interface PlatformOptions extends ListenerOptions {
  readonly resources: readonly Resource[]
  readonly applicationId: string
  /** Whose token this is; `null` where it is not valid. */
  readonly authenticate: (token: string, context: CallContext) => Promise<Actor | null>
  /** Runs the action `RESOURCE.ACTION`, scopes and validation included. */
  readonly call: (
    actor: Actor,
    call: string,
    params: Readonly<Record<string, unknown>>,
    context: CallContext,
  ) => Promise<ApiOutcome>
  /** Fires a flow's `button` trigger, as Losant's `flow.pressVirtualButton`. */
  readonly pressButton: (actor: Actor, press: ButtonPress) => Promise<ApiOutcome>
  /** An OpenAPI document of the endpoints that the application has now. */
  readonly describeEndpoints: () => unknown
  /** What is recorded of the flows' runs; without it none are shown. */
  readonly runs?: RunFeed
  /** Whether requests can be served: the store answers and an application is loaded. */
  readonly isReady: () => boolean | Promise<boolean>
}

export interface CallContext {
  readonly address: string
}

export interface ButtonPress {
  readonly flowId: string
  /** As it was sent; not yet checked. */
  readonly button: unknown
}

type Params = Readonly<Record<string, string>>

export function createPlatformServer(options: PlatformOptions): FastifyInstance {
  const app: FastifyInstance = fastify(
    fastifyOptions(options, ({ status, message }) => ({ type: typeOf(status), message })),
  )
  app.decorateRequest('actor')
  app.removeAllContentTypeParsers()
  addJsonParser(app, 'application/json')
  logRequests(app, options.log)
  closeQuickly(app)
  requireOneHost(app)
  app.addHook('onRequest', (request, reply, done) => {
    reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
    done()
  })
  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply))
  app.setNotFoundHandler((_request, reply) => {
    reply.code(404).send({ type: 'NotFound', message: 'No such route.' })
  })

  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const isReady = await options.isReady()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' })
  })

  serveOpenApi(app, options)

  const methodsByPath = new Map<string, Set<string>>([
    ['/healthz', new Set(['GET'])],
    ['/readyz', new Set(['GET'])],
    ['/openapi.json', new Set(['GET'])],
  ])
  for (const resource of options.resources) {
    for (const [name, action] of Object.entries(resource.actions)) {
      const url = routeOf(action.path)
      const methods = methodsByPath.get(url) ?? new Set()
      methodsByPath.set(url, methods.add(action.method))
      serveAction(app, options, `${resource.name}.${name}`, action)
    }
  }
  serveButtons(app, options)
  const runPaths = options.runs ? serveRuns(app, options.runs, authentication(options, false)) : []
  for (const url of runPaths) methodsByPath.set(url, new Set(['GET']))
  for (const [url, methods] of methodsByPath) refuseOtherMethods(app, url, methods)
  return app
}

function serveAction(app: FastifyInstance, options: PlatformOptions, call: string, action: Action): void {
  const readQuery = queryReader(action.params)
  app.route({
    method: action.method,
    url: routeOf(action.path),
    onRequest: authentication(options, action.isPublic === true),
    handler: async (request, reply) => {
      const { applicationId: _, ...pathParams } = request.params as Params
      const params = {
        ...readQuery(plainRecord(request.query)),
        ...pathParams,
        ...(action.body === undefined || request.body === null || request.body === undefined
          ? {}
          : { [action.body]: request.body }),
      }
      const outcome = await options.call(request.actor, call, params, { address: request.ip })
      return sendOutcome(reply, outcome, action.status ?? 200)
    },
  })
}

/**
 * Behind a token, as all that is no probe: it names routes, groups and fields that are not everybody's to know. Whoever wants it
 * public takes it from here, or from the command line, and publishes it.
 */
function serveOpenApi(app: FastifyInstance, options: PlatformOptions): void {
  app.get('/openapi.json', {
    onRequest: authentication(options, false),
    handler: (request, reply) => {
      // Whoever may read the application.
      if (isAllowed(request.actor, 'application', 'get', { scopes: ['all.Application', 'all.Application.read'] })) {
        return reply.send(options.describeEndpoints())
      }
      return reply.code(403).send({ type: 'Forbidden', message: 'The token may not read the application.' })
    },
  })
}

function serveButtons(app: FastifyInstance, options: PlatformOptions): void {
  app.post('/applications/:applicationId/flows/:flowId/virtualButton', {
    onRequest: authentication(options, false),
    handler: async (request, reply) => {
      const { flowId = '' } = request.params as Params
      return sendOutcome(reply, await options.pressButton(request.actor, { flowId, button: request.body }), 200)
    },
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor
  }
}

/** Before the body is read: a stranger learns neither which applications there are, nor what is wrong with a body. */
function authentication(options: PlatformOptions, isPublic: boolean) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    request.actor = anonymousActor
    if (!isPublic) {
      const token = bearerToken(request.headers.authorization ?? '')
      const actor = token === undefined ? null : await options.authenticate(token, { address: request.ip })
      if (actor === null) return reply.code(401).send({ type: 'Unauthorized', message: 'A valid token is needed.' })
      request.actor = actor
    }
    const { applicationId } = request.params as Params
    if (applicationId !== undefined && applicationId !== options.applicationId) {
      return reply.code(404).send({ type: 'NotFound', message: 'Application was not found' })
    }
    return undefined
  }
}

/** `/devices/{deviceId}` as Fastify writes it. */
function routeOf(path: string): string {
  return path.replaceAll(/\{([^}]+)\}/g, ':$1')
}

function refuseOtherMethods(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const allow = [...methods, ...(methods.has('GET') ? ['HEAD'] : [])].sort().join(', ')
  const others = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'].filter((method) => !methods.has(method))
  const refuse = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(405)
      .header('allow', allow)
      .send({ type: 'MethodNotAllowed', message: `Only ${allow} here.` })
  // Once before the body is read, which need not be well-formed to be refused.
  app.route({ method: others, url, exposeHeadRoute: false, onRequest: refuse, handler: refuse })
}

function sendOutcome(reply: FastifyReply, outcome: ApiOutcome, status: number): FastifyReply {
  if ('result' in outcome)
    return reply
      .code(status)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(outcome.result ?? null))
  const { type, statusCode, message } = outcome.error
  return reply
    .code(statusCode)
    .headers({ ...outcome.headers })
    .send({ type, message })
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, message, headers } = failureOf(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  reply
    .code(status)
    .headers(headers)
    .send({ type: typeOf(status), message })
}

const types: Readonly<Record<number, string>> = {
  400: 'Validation',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  413: 'Validation',
  415: 'Validation',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
}

function typeOf(status: number): string {
  return types[status] ?? (status < 500 ? 'Validation' : 'InternalServerError')
}
