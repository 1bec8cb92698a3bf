/** Listens for MQTT on its own port, with or without TLS. */
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
  /** Accepts no more connections. Open ones stay. */
  stop(): void
}

const options = {
  noDelay: true,
  // Detects connections that were lost silently, also of devices that turned off MQTT's keep-alive.
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
}

export function createTcpListener(broker: Broker): Listener {
  return toListener(
    createServer(options, (socket) => broker.accept(socket, { address: addressOf(socket), transport: 'tcp' })),
  )
}

/** Throws OpenSSL's error if the certificate and the key do not match. */
export function createTlsListener(broker: Broker, { cert, key }: Certificate): Listener {
  const server = createTlsServer({ ...options, cert, key, handshakeTimeout: 10_000 }, (socket) =>
    broker.accept(socket, { address: addressOf(socket), transport: 'tls' }),
  )
  // A failed handshake concerns only that client, and Node has already ended it.
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
