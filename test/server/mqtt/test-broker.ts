/** A broker on a platform of its own, on free ports, and devices that connect to it as any would. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach } from 'vitest'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import type { Store } from '../../../platform/store/store.ts'
import { IncomingRequest } from '../../../server/http/incoming-request.ts'
import { createAddressOf } from '../../../server/http/trusted-proxies.ts'
import { type Broker, createBroker } from '../../../server/mqtt/broker.ts'
import type { BrokerLimits } from '../../../server/mqtt/context.ts'
import type { MqttLog } from '../../../server/mqtt/mqtt-log.ts'
import { type Certificate, createTcpListener, createTlsListener } from '../../../server/mqtt/tcp-listener.ts'
import { serveWebSockets } from '../../../server/mqtt/web-socket.ts'
import { openPlatform, type TestPlatform } from '../../platform/test-platform.ts'

export interface Pot {
  readonly deviceId: string
  readonly keyId: string
  readonly key: string
  readonly secret: string
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export interface TestBroker extends TestPlatform {
  readonly broker: Broker
  readonly store: Store
  readonly port: number
  readonly tlsPort: number | undefined
  readonly webSocketUrl: string
  readonly lines: readonly LogLine[]
  /** Resolves with the first line, from before or yet to come, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>
  /** Creates a device and a key that is good for it alone. */
  pot(options?: { device?: object; key?: object }): Promise<Pot>
  /** Connects as the pot and resolves once it is accepted; rejects if it is not. */
  connect(pot: Pot, options?: IClientOptions & { url?: string }): Promise<MqttClient>
  /** Does not wait, and does not mind what comes. */
  begin(pot: Pick<Pot, 'deviceId' | 'key' | 'secret'>, options?: IClientOptions & { url?: string }): MqttClient
}

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

export async function startBroker(
  options: { limits?: Partial<BrokerLimits>; certificate?: Certificate; store?: (store: Store) => Store } = {},
): Promise<TestBroker> {
  const store = await openTemporaryStore()
  ends.push(() => store.close())
  const opened = await openPlatform(options.store?.(store) ?? store)
  const { lines, log, logged } = watchLog()
  const broker = await createBroker(opened.platform, { log, limits: options.limits ?? {} })
  ends.push(async () => {
    broker.closeNow()
    await broker.close()
  })
  const tcp = createTcpListener(broker)
  const port = await tcp.listen(0, '127.0.0.1')
  const tls = options.certificate && createTlsListener(broker, options.certificate)
  const tlsPort = await tls?.listen(0, '127.0.0.1')
  const http = createServer({ IncomingMessage: IncomingRequest }, (request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => response.end(JSON.stringify({ method: request.method, url: request.url, body })))
  })
  serveWebSockets(http, broker, createAddressOf(1))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const webSocketUrl = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/mqtt`
  ends.push(() => {
    tcp.stop()
    tls?.stop()
    http.close()
    http.closeAllConnections()
  })

  const begin: TestBroker['begin'] = (pot, { url = `mqtt://127.0.0.1:${port}`, ...more } = {}) => {
    const client = mqtt.connect(url, {
      clientId: pot.deviceId,
      username: pot.key,
      password: pot.secret,
      reconnectPeriod: 0,
      ...more,
    })
    client.on('error', () => {})
    ends.push(() => client.endAsync(true))
    return client
  }
  return {
    ...opened,
    broker,
    store,
    port,
    tlsPort,
    webSocketUrl,
    lines,
    logged,
    async pot({ device = {}, key = {} } = {}) {
      const moisture = { name: 'moisture', dataType: 'number' }
      const made = await opened.ok<{ deviceId: string }>('devices.post', {
        device: { name: 'Fern', attributes: [moisture], ...device },
      })
      const { deviceId } = made
      const created = await opened.ok<{ id: string; key: string; secret: string }>('applicationKeys.post', {
        applicationKey: { deviceIds: [deviceId], ...key },
      })
      return { deviceId, keyId: created.id, key: created.key, secret: created.secret }
    },
    begin,
    async connect(pot, more) {
      const client = begin(pot, more)
      await accepted(client)
      return client
    },
  }
}

export function accepted(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('The connection was closed.')))
  })
}

/** Resolves once the connection has ended. */
export function gone(client: MqttClient): Promise<void> {
  if (!client.connected) return Promise.resolve()
  return new Promise((resolve) => client.once('close', () => resolve()))
}

/** The next message that the client receives. */
export function nextMessage(client: MqttClient): Promise<{ topic: string; payload: string }> {
  return new Promise((resolve) => {
    client.once('message', (topic, payload) => resolve({ topic, payload: payload.toString() }))
  })
}

function watchLog() {
  const lines: LogLine[] = []
  const watchers = new Set<(line: LogLine) => void>()
  const write = (level: LogLine['level']) => (details: object, message: string) => {
    const line = { level, message, details: { ...details } }
    lines.push(line)
    for (const watch of watchers) watch(line)
  }
  const log: MqttLog = { info: write('info'), warn: write('warn'), error: write('error') }
  const logged = (fits: (line: LogLine) => boolean) =>
    new Promise<LogLine>((resolve) => {
      const found = lines.find(fits)
      if (found) return resolve(found)
      const watch = (line: LogLine) => {
        if (!fits(line)) return
        watchers.delete(watch)
        resolve(line)
      }
      watchers.add(watch)
    })
  return { lines, log, logged }
}
