/** A connection on which a test writes bytes as it likes. */
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

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
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8')
  let received = ''
  const watchers = new Set<() => void>()
  const changed = () => {
    for (const watch of watchers) watch()
  }
  socket.on('data', (text: string) => {
    received += text
    changed()
  })
  socket.on('close', changed)
  socket.on('error', changed)

  const when = (isDone: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const watch = () => {
        if (isDone()) resolve(received)
        else if (socket.closed) reject(new Error(`The connection closed after: ${received}`))
        else return
        watchers.delete(watch)
      }
      watchers.add(watch)
      watch()
    })
  return {
    socket,
    send: (text) => void socket.write(text),
    until: (pattern) => when(() => pattern.test(received)),
    closed: () => when(() => socket.closed),
  }
}
