/** Ends connections with too many unanswered requests. */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { noteEarlyAnswer } from './listener.ts'

/** Clients that use pipelining stay well below this. */
export const defaultMaxPipelinedRequests = 64

/** Call it before other hooks are added, so that they only see requests that are to be served. */
export function limitPipelining(app: FastifyInstance, max = defaultMaxPipelinedRequests): void {
  const unanswered = new WeakMap<Socket, number>()
  const closing = new WeakSet<Socket>()
  // Runs before Fastify, which calls no hook for a request whose URL it cannot parse.
  app.server.prependListener('request', (request, response) => {
    const { socket } = request
    const count = (unanswered.get(socket) ?? 0) + 1
    if (count > max) socket.destroy()
    if (socket.destroyed) return
    unanswered.set(socket, count)
    // Doing this in a Fastify hook made the registration benchmark 5 % slower.
    response.once('close', () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 0) - 1)
      if (!request.complete) noteEarlyAnswer(request)
    })
  })
  // Otherwise Node would answer 417 itself, past this limit. RFC 9110, 10.1.1 allows servers to ignore unknown expectations.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onRequest', ({ raw: { socket, headers } }, reply, done) => {
    // Node still parses what it had read before the connection ended.
    if (socket.destroyed || closing.has(socket)) {
      reply.hijack()
      return
    }
    if (headers.upgrade !== undefined) {
      // Node's parser drops what it had read after such a request, so the next bytes may not be the beginning of a request.
      closing.add(socket)
      reply.header('connection', 'close')
    }
    done()
  })
}
