/** The listener of the platform: the REST API, and probes that tell whether the process is alive and ready. */
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { platformFailed, typeByStatus } from '../../platform/base/refusals.ts'
import type { ActionContext } from '../../platform/resource.ts'
import { addJsonParser, defaultBodyLimits } from './body-parsers.ts'
import { boundConnections, defaultConnectionLimits } from './connections.ts'
import { nameOrigin } from './default-headers.ts'
import { type Failure, failureOf } from './failure.ts'
import { type KnownHosts, requireKnownHost } from './known-host.ts'
import { limitPipelining } from './limit-pipelining.ts'
import { closeQuickly, fastifyOptions, type ListenerOptions, logRequests } from './listener.ts'
import { requireOneHost } from './refusals.ts'
import { type RestOptions, refuseOtherMethods, serveResources } from './rest-routes.ts'

export interface PlatformOptions<Context extends ActionContext> extends ListenerOptions, RestOptions<Context> {
  /** The hosts that it answers to. Probes may use any host. */
  readonly hosts: KnownHosts
  /** Origins whose pages may call from browsers. */
  readonly origins?: readonly string[]
  /** Whether requests can be served: the store answers and an application is loaded. */
  readonly isReady: () => boolean | Promise<boolean>
}

const probes = ['/healthz', '/readyz']

export function createPlatformServer<Context extends ActionContext>(
  options: PlatformOptions<Context>,
): FastifyInstance {
  const { origins = [] } = options
  const app: FastifyInstance = fastify(fastifyOptions(options, wordFailure))
  limitPipelining(app, options.maxPipelinedRequests)
  app.removeAllContentTypeParsers()
  addJsonParser(app, 'application/json', { limits: { ...defaultBodyLimits, ...options.bodies } })
  logRequests(app, options.log)
  closeQuickly(app)
  boundConnections(app, { ...defaultConnectionLimits, ...options.connections }, options.log)
  requireOneHost(app)
  requireKnownHost(app, options.hosts, probes)
  app.addHook('onRequest', (request, reply, done) => {
    reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
    // The REST API takes no cookies, so pages need no credentials.
    if (origins.length > 0) nameOrigin(request, reply, { origins, credentials: false })
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
  for (const url of probes) refuseOtherMethods(app, url, ['GET'])
  serveResources(app, options)
  return app
}

function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error)
  if (failure.status >= 500) request.log.error({ err: error }, 'request failed')
  reply.code(failure.status).headers(failure.headers).send(wordFailure(failure))
}

function wordFailure({ status, message }: Failure) {
  const type = typeByStatus[status] ?? (status < 500 ? 'Validation' : 'InternalServerError')
  return { type, message: status === 500 ? platformFailed : message }
}
