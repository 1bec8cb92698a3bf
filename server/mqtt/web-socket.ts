/** Serves MQTT over WebSocket on an HTTP server that serves other things as well. MQTT 3.1.1, chapter 6. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { Broker } from './broker.ts'
import { splitFrames } from './split-frames.ts'

/** [MQTT-6.0.0-3]; `mqttv3.1` is what clients of MQTT 3.1 ask for. */
const subprotocols = ['mqtt', 'mqttv3.1']
/** A packet may come in several frames, and several in one, [MQTT-6.0.0-2]. A larger one is split. */
const maxFrameBytes = 1024 * 1024

/** The server must create its requests as `IncomingRequest`, which emits `upgrade` for WebSockets only. */
export function serveWebSockets(server: Server, broker: Broker, addressOf: (request: IncomingMessage) => string): void {
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    handleProtocols: (asked) => subprotocols.find((protocol) => asked.has(protocol)) ?? false,
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // `ws` adds its own listener only later.
    socket.on('error', () => socket.destroy())
    if (!isForBroker(request))
      return refuse(socket, 404, 'WebSockets are served at /mqtt, and at / for the subprotocol mqtt.')
    const address = addressOf(request)
    const split = splitFrames(socket, maxFrameBytes)
    webSockets.handleUpgrade(request, socket, split(head), (webSocket) =>
      broker.accept(createWebSocketStream(webSocket), { address, transport: 'websocket' }),
    )
  })
}

/** Losant's clients connect to `/`, others usually to `/mqtt`. */
function isForBroker({ url = '', headers }: IncomingMessage): boolean {
  const path = url.split('?', 1)[0]?.replace(/\/$/, '')
  const asked = headers['sec-websocket-protocol']?.split(',') ?? []
  return path === '/mqtt' || (path === '' && asked.some((one) => subprotocols.includes(one.trim())))
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
