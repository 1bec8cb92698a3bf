/** Serves the endpoints of the compiled application. One Fastify route takes every request, and a table that a reload replaces finds the endpoint. */
import fastifyCookie from '@fastify/cookie'
import { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Application, RunLog } from '../../engine/application.ts'
import { secretNames } from '../../engine/secret-names.ts'
import type { Reply, Services } from '../../engine/services.ts'
import type { EndpointSpec } from '../../engine/trigger.ts'
import { anonymous, type Caller, identify, refusal, tokenOf, type Verifiers } from './authorise.ts'
import { addBodyParsers, defaultBodyLimits } from './body-parsers.ts'
import { boundConnections, defaultConnectionLimits } from './connections.ts'
import { codingOf } from './content-coding.ts'
import { answerPreflight, isPreflight, setDefaultHeaders } from './default-headers.ts'
import { type Failure, failureOf } from './failure.ts'
import { limitPipelining } from './limit-pipelining.ts'
import { closeQuickly, fastifyOptions, type ListenerOptions, logRequests } from './listener.ts'
import { loggablePath } from './loggable-path.ts'
import { requireOneHost } from './refusals.ts'
import { experienceOf, pathOf, relayOf, requestData } from './request-payload.ts'
import { buildRouteTable, type RouteMatch, type RouteTable } from './route-table.ts'
import { findWebhook, type Webhook, type WebhookMatch, webhookData, webhookRelay } from './webhooks.ts'
import { writeReply } from './write-reply.ts'

export interface ExperienceOptions extends ListenerOptions, Verifiers {
  /** Returns the application that is being served. */
  readonly application: () => Application
  readonly applicationId: string
  /** Whether a token may come in the query parameter `authorization`. */
  readonly tokenInQuery?: boolean
  /** Returns the services for runs that requests from this address start. */
  readonly services: (context: { readonly address: string }) => Services
  /** Stores a run that nobody waits for. */
  readonly queue: (webhook: Webhook, data: unknown) => Promise<void>
}

/** A request that has an endpoint and may enter. It runs in the application in which its endpoint was found, even if that is reloaded meanwhile. */
interface Admitted {
  readonly application: Application
  readonly match: RouteMatch
  readonly path: string
  readonly caller: Caller
}

/** A request for a webhook, with the application in which that was found. */
interface Called extends WebhookMatch {
  readonly application: Application
}

declare module 'fastify' {
  interface FastifyRequest {
    admitted: Admitted | null
    called: Called | null
  }
}

export function createExperienceServer(options: ExperienceOptions): FastifyInstance {
  let application = options.application()
  let table: RouteTable = buildRouteTable(application.endpoints)
  const app: FastifyInstance = fastify(fastifyOptions(options, wordFailure))
  limitPipelining(app, options.maxPipelinedRequests)
  app.decorateRequest('admitted', null)
  app.decorateRequest('called', null)
  app.register(fastifyCookie, { hook: false })
  addBodyParsers(app, {
    limits: { ...defaultBodyLimits, ...options.bodies },
    keepsBytes: ({ admitted, called }) => (called?.webhook ?? admitted?.match.endpoint)?.spec.rawBody === true,
    maxBytesOf: ({ admitted, called }) => (called?.webhook ?? admitted?.match.endpoint)?.flow.limits?.bodyBytes,
  })
  logRequests(app, options.log, loggableUrl)
  closeQuickly(app)
  boundConnections(app, { ...defaultConnectionLimits, ...options.connections }, options.log)
  requireOneHost(app)

  app.addHook('onRequest', (request, reply, done) => {
    const current = options.application()
    if (current !== application) {
      table = buildRouteTable(current.endpoints)
      application = current
    }
    setDefaultHeaders(request, reply, application.settings.cors)
    const path = pathOf(request.raw.url ?? '/')
    const called = findWebhook(application.webhooks, path)
    if (called) {
      if (application.settings.cors && isPreflight(request)) return answerPreflight(request, reply, webhookMethods)
      request.called = { ...called, application }
      return refuseEncoding(request, reply) ? undefined : done()
    }
    const match = findEndpoint(table, request.method, path)
    if (match === undefined) return answerWithoutEndpoint(request, reply, application, table, path)
    if (refuseEncoding(request, reply)) return
    const { access } = match.endpoint.spec
    const token = tokenOf(request, reply, { cors: application.settings.cors, takesQuery: options.tokenInQuery ?? true })
    if (token === undefined) return admit(request, reply, done, { application, match, path, caller: anonymous })
    identify(access, token, request.ip, options).then(
      (caller) => admit(request, reply, done, { application, match, path, caller }),
      done,
    )
  })

  app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply))
  app.all('/*', (request, reply) => {
    const { admitted, called } = request
    if (called) return answerWebhook(options, called, request, reply)
    if (admitted === null) throw new Error('A request reached the run without having been admitted.')
    const { match, caller } = admitted
    const { relayId, relayType } = relayOf(caller)
    const running = admitted.application.start({
      trigger: match.endpoint,
      id: request.id,
      applicationId: options.applicationId,
      data: requestData(request, match, admitted.path),
      experience: experienceOf(match.endpoint, caller, options.applicationId),
      relayId,
      relayType,
      services: options.services({ address: request.ip }),
      log: runLog(request.log),
    })
    running.reply.then(
      (answer) => sendReply(reply, answer),
      (error) => reply.send(error),
    )
  })
  return app
}

function sendReply(reply: FastifyReply, answer: Reply): void {
  try {
    writeReply(reply, answer)
  } catch (error) {
    // Fastify hands it to the error handler.
    reply.send(error)
  }
}

/** Refuses a request with an unknown content encoding before its body is read. Returns whether it has. */
function refuseEncoding(request: FastifyRequest, reply: FastifyReply): boolean {
  if (request.headers['content-encoding'] === undefined) return false
  try {
    codingOf(request.headers['content-encoding'])
    return false
  } catch (error) {
    sendFailure(error, request, reply)
    return true
  }
}

async function answerWebhook(
  { applicationId, services, queue }: ExperienceOptions,
  called: Called,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { application, webhook } = called
  const data = webhookData(request, called)
  if (!webhook.spec.reply) {
    await queue(webhook, data)
    return reply.send({ success: true })
  }
  const running = application.start({
    trigger: webhook,
    id: request.id,
    applicationId,
    data,
    ...webhookRelay(webhook),
    services: services({ address: request.ip }),
    log: runLog(request.log),
  })
  return writeReply(reply, await running.reply)
}

const webhookMethods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

function findEndpoint(table: RouteTable, method: string, path: string): RouteMatch | undefined {
  const match = table.find(method, path)
  return match === undefined && method === 'HEAD' ? table.find('GET', path) : match
}

function answerWithoutEndpoint(
  request: FastifyRequest,
  reply: FastifyReply,
  application: Application,
  table: RouteTable,
  path: string,
): void {
  const methods = table.methodsAt(path)
  if (methods.length === 0) {
    reply.code(404).send({ error: 'No endpoint found for route' })
    return
  }
  const allowed = allowedMethods(methods, application.settings.cors !== false)
  if (request.method === 'OPTIONS' && application.settings.cors) answerPreflight(request, reply, allowed)
  else reply.code(405).header('allow', allowed.join(', ')).send({ error: 'Method Not Allowed' })
}

function allowedMethods(methods: readonly string[], cors: boolean): string[] {
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), ...(cors ? ['OPTIONS'] : [])])].sort()
}

function admit(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void, admitted: Admitted): void {
  const { spec } = admitted.match.endpoint
  const status = refusal(spec.access, admitted.caller)
  if (status === undefined) {
    request.admitted = admitted
    done()
    return
  }
  try {
    writeReply(reply, refusalReply(status, spec.unauthorized))
  } catch (error) {
    // Thrown in a promise's callback, where nothing else would catch it.
    sendFailure(error, request, reply)
  }
}

function refusalReply(status: 401 | 403, unauthorized: EndpointSpec['unauthorized']): Reply {
  const plain = { headers: {}, cookies: [] }
  if (unauthorized === undefined)
    return { ...plain, status, body: { error: status === 401 ? 'Unauthorized' : 'Forbidden' } }
  if ('status' in unauthorized) return { ...plain, ...unauthorized }
  return { ...plain, status: 302, headers: { location: unauthorized.redirect }, body: undefined }
}

function loggableUrl({ admitted, called, raw: { url = '/' } }: FastifyRequest): string {
  if (called) return url
  return loggablePath(url, pathOf(url), admitted?.match, admitted?.application.secretNames ?? secretNames)
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error)
  if (failure.status >= 500)
    request.log.error({ err: error, url: loggableUrl(request).split('?', 1)[0] }, 'request failed')
  reply.code(failure.status).headers(failure.headers).send(wordFailure(failure, request.id))
}

function wordFailure({ message, code }: Failure, requestId: string) {
  return { error: message, code, requestId }
}

export function runLog(log: FastifyBaseLogger): RunLog {
  return (level, message, details) => {
    if (details === undefined) log[level](message)
    else log[level]({ details }, message)
  }
}
