/** Ends connections on which requests come faster than their answers are taken. */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { noteEarlyAnswer } from './listener.ts'

/** Clients that pipeline at all stay well below it. */
export const defaultMaxPipelinedRequests = 64

/** To be called before other hooks are added, so that they see only requests that are to be served. */
export function limitPipelining(app: FastifyInstance, max = defaultMaxPipelinedRequests): void {
  const unanswered = new WeakMap<Socket, number>()
  const closing = new WeakSet<Socket>()
  // Before Fastify, which calls no hook for a request whose URL it cannot read.
  app.server.prependListener('request', (request, response) => {
    const { socket } = request
    const count = (unanswered.get(socket) ?? 0) + 1
    if (count > max) socket.destroy()
    if (socket.destroyed) return
    unanswered.set(socket, count)
    // A hook of Fastify's for this would cost 5 % of a registration.
    response.once('close', () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 0) - 1)
      if (!request.complete) noteEarlyAnswer(request)
    })
  })
  // Node would answer 417 itself, and as often as it is asked. RFC 9110, 10.1.1 lets a server ignore what it does not know.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onRequest', ({ raw: { socket, headers } }, reply, done) => {
    // Node goes on to parse what it had read before the connection ended.
    if (socket.destroyed || closing.has(socket)) {
      reply.hijack()
      return
    }
    if (headers.upgrade !== undefined) {
      // Node's parser drops what it had read behind such a request, so what comes next may begin anywhere.
      closing.add(socket)
      reply.header('connection', 'close')
    }
    done()
  })
}
