/** A client of the product, and servers that it asks. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { FlowpotError } from '../../../contracts/errors.ts'
import type { HttpRequest } from '../../../engine/services.ts'
import { createHttpClient, type HttpClientOptions } from '../../../server/outbound/http-client.ts'
import { patienceMs } from '../../patience.ts'

export interface Listening {
  readonly port: number
  readonly url: string
}

export async function listen(server: ReturnType<typeof createTcpServer> | Server, scheme = 'http'): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, url: `${scheme}://127.0.0.1:${port}` }
}

/** Closed, with whatever is still open to it, when the test ends. */
export async function serve(listener: RequestListener): Promise<Listening> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return listen(server)
}

export async function serveTcp(onConnection: (socket: Socket) => void): Promise<Listening> {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    onConnection(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return listen(server)
}

export function openClient(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({
    isAllowed: () => true,
    certificateOf: () => {
      throw new Error('No connection was to be asked for.')
    },
    ...options,
  })
  onTestFinished(() => client.close())
  return async (url: string, request: Partial<HttpRequest> = {}) => {
    const { status, headers, body } = await client.send({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: patienceMs,
      followsRedirects: true,
      acceptsAnyCertificate: false,
      signal: new AbortController().signal,
      ...request,
    })
    return { status, headers, text: Buffer.from(body).toString() }
  }
}

/** The code and the message that it rejects with. */
export async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof FlowpotError) return { code: error.code, message: error.message }
  throw new Error('It was to fail with an error of its own.', { cause: error })
}
