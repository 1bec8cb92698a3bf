/** A connection on which a test writes bytes as it likes. */
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { openSocket } from '../../raw-socket.ts'

export interface RawConnection {
  readonly socket: Socket
  send(text: string): void
  /** Resolves with all that came until `pattern` did. */
  until(pattern: RegExp): Promise<string>
  /** Resolves with all that came until the server closed the connection. */
  closed(): Promise<string>
}

export async function connectTo(app: FastifyInstance): Promise<RawConnection> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  // Of a server that listens on a port.
  const { port } = app.server.address() as AddressInfo
  return connectToPort(port)
}

export function connectToPort(port: number): RawConnection {
  const { socket, until, closed } = openSocket(port, 'utf8')
  return {
    socket,
    send: (text) => void socket.write(text),
    until: (pattern) => until((received) => pattern.test(received)),
    closed,
  }
}
