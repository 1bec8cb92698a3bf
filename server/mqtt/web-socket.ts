/** MQTT over WebSocket, at `/mqtt` of an HTTP server that serves other things as well. MQTT 3.1.1, chapter 6. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { Broker } from './broker.ts'

const path = '/mqtt'
/** Of one frame; a packet may come in several, and several in one, [MQTT-6.0.0-2]. */
const maxFrameBytes = 1024 * 1024

export function serveWebSockets(server: Server, broker: Broker): void {
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    // [MQTT-6.0.0-3]; `mqttv3.1` is what clients of MQTT 3.1 ask for.
    handleProtocols: (asked) => ['mqtt', 'mqttv3.1'].find((protocol) => asked.has(protocol)) ?? false,
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until `ws` listens itself.
    socket.on('error', () => socket.destroy())
    if (request.headers.upgrade?.toLowerCase() !== 'websocket')
      return serveWithoutUpgrade(server, request, socket, head)
    if (pathOf(request) !== path) return refuse(socket, 404, 'WebSockets are served at /mqtt alone.')
    const address = request.socket.remoteAddress ?? ''
    webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      broker.accept(createWebSocketStream(webSocket), { address, transport: 'websocket' }),
    )
  })
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]?.replace(/\/$/, '') ?? ''
}

function refuse(socket: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ type: 'NotFound', message })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/**
 * Serves a request that would change to another protocol as though it did not ask: HTTP allows it (RFC 9110, 7.8), Node
 * did it before anybody listened to `upgrade`, and Java's client asks for `h2c` in its first request. The request goes
 * back before the connection's bytes, without the asking, and the connection to the server.
 */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`]
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(index, index + 2)
    if (!/^(connection|upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`)
  }
  socket.removeAllListeners('error')
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
