/** What both listeners share: limits, timeouts, request IDs, and how they close. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Bindings, Logger } from 'pino'
import { loggableUrl } from './log.ts'
import { RequestLog } from './request-log.ts'

export interface ListenerOptions {
  /** Past it a request is answered 413. */
  readonly bodyLimitBytes?: number
  /** Time in which a request must have arrived whole; past it 408. */
  readonly requestTimeoutMs?: number
  /** Whose `x-forwarded-*` headers are believed; nobody's by default. */
  readonly trustProxy?: boolean | string | string[]
  readonly log?: Logger
}

export const defaultBodyLimitBytes = 1024 * 1024

/** Words an error that arises before there is a request or a route. */
export type WordError = (status: number, message: string, requestId: string) => unknown

export function fastifyOptions(options: ListenerOptions, word: WordError) {
  const requestTimeoutMs = options.requestTimeoutMs ?? 60_000
  return {
    bodyLimit: options.bodyLimitBytes ?? defaultBodyLimitBytes,
    // Own IDs only: who could choose them could make two runs look like one in the log.
    genReqId: () => randomUUID(),
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: Math.min(15_000, requestTimeoutMs),
      // How often Node looks for connections that are out of time; its 30 s would double both limits.
      connectionsCheckingInterval: Math.min(5_000, requestTimeoutMs),
    },
    trustProxy: options.trustProxy ?? false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    forceCloseConnections: 'idle',
    // What arrives on an open connection while closing is still served, with `connection: close`.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 64 * 1024 },
    clientErrorHandler(error, socket) {
      answerBrokenRequest(error.code, socket, word)
    },
    frameworkErrors(error, request, reply: FastifyReply) {
      const status = error.statusCode ?? 400
      const message = error.code === 'FST_ERR_BAD_URL' ? 'The URL is not well-formed.' : error.message
      reply
        .header('x-request-id', request.id)
        .code(status)
        .send(word(status, message, request.id))
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
 * Makes closing quick: what runs is finished, and its connection ended with the reply. Node closes connections that are idle between two
 * requests by itself, but waits for one that never sent any, such as a browser opens in advance.
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

/** Logs one line a request, where the log's level asks for it. */
export function logRequests(app: FastifyInstance, log: Logger | undefined): void {
  if (log?.isLevelEnabled('info') !== true) return
  app.addHook('onResponse', (request, reply, done) => {
    log.info(
      {
        requestId: request.id,
        method: request.method,
        url: loggableUrl(request.raw.url ?? ''),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
        address: request.ip,
      },
      'request',
    )
    done()
  })
}

const brokenRequests: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
  HPE_INVALID_METHOD: [400, 'The method is not known.'],
}

/** What Node's parser refused has no request and no reply; the answer is written to the socket by hand. */
function answerBrokenRequest(code: string, socket: Socket, word: WordError): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = brokenRequests[code] ?? [400, 'The request is not well-formed HTTP.']
  const requestId = randomUUID()
  const body = JSON.stringify(word(status, message, requestId))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
