/** What both HTTP listeners share: limits, timeouts, request IDs, and how they close. */
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Bindings, Logger } from 'pino'
import type { BodyLimits } from './body-parsers.ts'
import type { ConnectionLimits } from './connections.ts'
import { type Failure, failureOf } from './failure.ts'
import { IncomingRequest } from './incoming-request.ts'
import { refusalOfParser } from './refusals.ts'
import { RequestLog } from './request-log.ts'
import { type TrustedProxies, toTrustProxy } from './trusted-proxies.ts'

export interface ListenerOptions {
  /** A request with a larger body is answered 413. */
  readonly bodyLimitBytes?: number
  /** A request that takes longer to arrive is answered 408. */
  readonly requestTimeoutMs?: number
  /** The proxies whose `x-forwarded-*` headers are trusted; none by default. */
  readonly trustProxy?: TrustedProxies
  /** How many requests of one connection may be unanswered. A connection with more is ended. */
  readonly maxPipelinedRequests?: number
  /** Limits of bodies besides their size. */
  readonly bodies?: Partial<BodyLimits>
  readonly connections?: Partial<ConnectionLimits>
  readonly log?: Logger
}

export const defaultBodyLimitBytes = 1024 * 1024

/** Makes the body of an error reply. */
export type WordFailure = (failure: Failure, requestId: string) => unknown

export function fastifyOptions(options: ListenerOptions, word: WordFailure) {
  const requestTimeoutMs = options.requestTimeoutMs ?? 60_000
  return {
    bodyLimit: options.bodyLimitBytes ?? defaultBodyLimitBytes,
    // Clients must not choose the ID, or they could make two runs look like one in the log.
    genReqId: () => randomUUID(),
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: Math.min(15_000, requestTimeoutMs),
      // How often Node looks for connections that have exceeded a timeout. The default of 30 s could exceed both limits by far.
      connectionsCheckingInterval: Math.min(5_000, requestTimeoutMs),
      // `requireOneHost` checks it, and replies in the format of all other errors.
      requireHostHeader: false,
      IncomingMessage: IncomingRequest,
    },
    trustProxy: toTrustProxy(options.trustProxy ?? 0),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    forceCloseConnections: 'idle',
    // Requests that arrive on an open connection while the server closes are still served, with `connection: close`.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 64 * 1024 },
    clientErrorHandler(error, socket) {
      answerBrokenRequest(error.code, socket, word)
    },
    frameworkErrors(error, request, reply: FastifyReply) {
      const failure = failureOf(error)
      reply.header('x-request-id', request.id).code(failure.status).send(word(failure, request.id))
    },
    ...logOptions(options.log),
  } satisfies FastifyServerOptions & { http: object }
}

function logOptions(log: Logger | undefined) {
  if (log === undefined) return { logger: false }
  const loggerInstance: FastifyBaseLogger = log
  return {
    loggerInstance,
    childLoggerFactory: (_log: FastifyBaseLogger, bindings: Bindings) => new RequestLog(log, bindings),
  }
}

/**
 * Closes connections as soon as possible when the server closes: busy ones with their reply, and those that never sent a request, such as a
 * browser opens in advance, at once. Node itself closes only connections that are idle between two requests.
 */
export function closeQuickly(app: FastifyInstance): void {
  const sockets = new Set<Socket>()
  let isClosing = false
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('preClose', (done) => {
    isClosing = true
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done(null, payload)
  })
}

/** Connections whose last request was answered before its whole body had come. */
const answeredEarly = new WeakSet<Socket>()

/** Remembers that the request was answered before its body came. If the body turns out to be broken, no error may be sent: it would look like the reply to the next request. */
export function noteEarlyAnswer(request: IncomingMessage): void {
  const { socket } = request
  answeredEarly.add(socket)
  request.once('end', () => answeredEarly.delete(socket))
}

/** Logs one line per request if the log includes level `info`. */
export function logRequests(
  app: FastifyInstance,
  log: Logger | undefined,
  urlOf: (request: FastifyRequest) => string = ({ raw }) => raw.url ?? '',
): void {
  if (log?.isLevelEnabled('info') !== true) return
  app.addHook('onResponse', (request, reply, done) => {
    log.info(
      {
        requestId: request.id,
        method: request.method,
        url: urlOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
        address: request.ip,
      },
      'request',
    )
    done()
  })
}

/** Writes the reply directly to the socket, since Fastify creates no request and no reply for what Node's parser has refused. */
function answerBrokenRequest(code: string, socket: Socket, word: WordFailure): void {
  if (code === 'ECONNRESET' || !socket.writable || answeredEarly.has(socket)) {
    socket.destroy()
    return
  }
  const failure = failureOf(refusalOfParser(code))
  const { status } = failure
  const requestId = randomUUID()
  const body = JSON.stringify(word(failure, requestId))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
