/** Bounds connections: how many there are, in all and of each network, and how long a reply waits for a client that does not read it. */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { networkOf } from '../../platform/auth/network.ts'

export interface ConnectionLimits {
  /** How many connections there may be. Further ones are dropped. */
  readonly maxConnections: number
  /** How many connections one address, or one IPv6 network, may have. */
  readonly connectionsPerAddress: number
  /** How long a client may leave output unread. Its connection ends after this time, and before twice as long. */
  readonly unreadTimeoutMs: number
}

export const defaultConnectionLimits: ConnectionLimits = {
  maxConnections: 10_000,
  connectionsPerAddress: 1_000,
  unreadTimeoutMs: 30_000,
}

const warningEveryMs = 60_000

export function boundConnections(app: FastifyInstance, limits: ConnectionLimits, log: Logger | undefined): void {
  const counts = new Map<string, number>()
  const sockets = new Set<Socket>()
  let nextWarning = 0
  app.server.maxConnections = limits.maxConnections
  app.server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '')
    const count = (counts.get(network) ?? 0) + 1
    if (count > limits.connectionsPerAddress) {
      socket.destroy()
      const now = performance.now()
      if (now < nextWarning) return
      nextWarning = now + warningEveryMs
      log?.warn(
        { address: network, connections: count - 1 },
        'A connection was refused, since its address has too many',
      )
      return
    }
    counts.set(network, count)
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      const left = (counts.get(network) ?? 1) - 1
      if (left === 0) counts.delete(network)
      else counts.set(network, left)
    })
  })
  endUnread(app, sockets, limits.unreadTimeoutMs)
}

/**
 * Ends connections whose clients do not read. Node's timeout of a socket is reset whenever the system accepts a part of a write, so it tells slow
 * readers from those that do not read at all. It is only set while output is waiting, since a run may take longer.
 */
function endUnread(app: FastifyInstance, sockets: ReadonlySet<Socket>, timeoutMs: number): void {
  const watched = new WeakSet<Socket>()
  const sweep = () => {
    for (const socket of sockets) {
      if (socket.writableLength > 0) {
        if (watched.has(socket)) continue
        watched.add(socket)
        // When the time is over, Node's HTTP server destroys the socket, unless there is a listener for `timeout`.
        socket.setTimeout(timeoutMs)
      } else if (watched.delete(socket) && socket.timeout === timeoutMs) {
        socket.setTimeout(0)
      }
    }
  }
  const timer = setInterval(sweep, Math.max(10, timeoutMs / 6)).unref()
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    done()
  })
}
