/** What connections may take: how many there are, of one network and in all, and how long a reply waits for who does not read it. */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { networkOf } from '../../platform/auth/network.ts'

export interface ConnectionLimits {
  /** Past it new connections are dropped. */
  readonly maxConnections: number
  /** Of one address, or one IPv6 network. Behind a proxy all connections have its address, so there none is told apart. */
  readonly connectionsPerAddress: number
  /** A connection whose client takes nothing of what waits for it is ended after this time, and before twice as long. */
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
      log?.warn({ address: network, connections: count - 1 }, 'A connection is refused: its address has too many.')
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
 * Node's own timeout of a socket counts what the system has taken of a write as activity, so it tells a slow reader from none. It is set
 * only while output waits: a run may take its time.
 */
function endUnread(app: FastifyInstance, sockets: ReadonlySet<Socket>, timeoutMs: number): void {
  const watched = new WeakSet<Socket>()
  const sweep = () => {
    for (const socket of sockets) {
      if (socket.writableLength > 0) {
        if (watched.has(socket)) continue
        watched.add(socket)
        // Without a listener for it, Node's HTTP server destroys a socket that is out of time.
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
