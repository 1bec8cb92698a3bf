/** Listens for MQTT on a port of its own, in the clear or under TLS. */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Broker } from './broker.ts'

export interface Certificate {
  /** PEM. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

export interface Listener {
  /** Rejects with Node's error (`EADDRINUSE`); may be called again after that. Resolves with the port. */
  listen(port: number, host: string): Promise<number>
  /** Accepts nothing more. What is connected stays. */
  stop(): void
}

const options = {
  noDelay: true,
  // Finds out who is gone without a word, also where a device asked for no keep-alive of MQTT's own.
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
}

export function createTcpListener(broker: Broker): Listener {
  return toListener(
    createServer(options, (socket) => broker.accept(socket, { address: addressOf(socket), transport: 'tcp' })),
  )
}

/** Throws what OpenSSL says of a certificate and key that do not fit. */
export function createTlsListener(broker: Broker, { cert, key }: Certificate): Listener {
  const server = createTlsServer({ ...options, cert, key, handshakeTimeout: 10_000 }, (socket) =>
    broker.accept(socket, { address: addressOf(socket), transport: 'tls' }),
  )
  // Whoever speaks no TLS to it: theirs alone, and Node has ended it.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return toListener(server)
}

function toListener(server: Server): Listener {
  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ port, host }, () => {
          server.off('error', reject)
          const address = server.address()
          resolve(typeof address === 'object' && address !== null ? address.port : port)
        })
      }),
    stop: () => void server.close(),
  }
}

function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? ''
}
