/** Starts the MQTT broker and its listeners: TCP, TLS if there is a certificate, and WebSocket on the platform port. */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import { defineError } from '../../contracts/errors.ts'
import type { Platform } from '../../platform/platform.ts'
import { createAddressOf } from '../http/trusted-proxies.ts'
import { createBroker } from '../mqtt/broker.ts'
import { type Certificate, createTcpListener, createTlsListener, type Listener } from '../mqtt/tcp-listener.ts'
import { serveWebSockets } from '../mqtt/web-socket.ts'
import { anyMqttPort } from '../settings/mqtt.ts'
import { type Settings, settingDefinitions } from '../settings.ts'
import { type Listening, listen, portTaken } from './listen.ts'

export const tlsInvalid = defineError<{ problem: string }>(
  'MQTT_TLS_INVALID',
  500,
  ({ problem }) => `MQTT cannot be served under TLS: ${problem}`,
)

const usualPort = 1883
/** How many further ports are tried if the usual one is taken. */
const portsTried = 100

export interface RunningBroker {
  /** Opens the listeners. */
  listen(): Promise<Listening[]>
  /** Accepts nothing more, acknowledges the messages in progress, and ends every connection. */
  close(): Promise<void>
  /** Ends every connection without waiting. */
  closeNow(): void
}

/** Throws `MQTT_TLS_INVALID` for a certificate that cannot be used. WebSockets are accepted as soon as `platformServer` listens. */
export async function startBroker(
  platform: Platform,
  settings: Settings,
  log: Logger,
  platformServer: Server,
): Promise<RunningBroker> {
  const certificate = readCertificate(settings)
  const { mqttConnections: connections, mqttConnectionsPerAddress: connectionsPerAddress } = settings
  const broker = await createBroker(platform, { log, limits: { connections, connectionsPerAddress } })
  const tcp = createTcpListener(broker)
  const tls = certificate && withCertificate(() => createTlsListener(broker, certificate))
  serveWebSockets(platformServer, broker, createAddressOf(settings.trustProxy))
  const { host } = settings
  return {
    async listen() {
      const listening = [await listenForMqtt(tcp, host, settings.mqttPort)]
      if (tls) {
        const port = settings.mqttsPort
        listening.push(await listen('mqtts', { host, port }, settingDefinitions.mqttsPort, tls.listen))
      }
      return listening
    },
    close() {
      tcp.stop()
      tls?.stop()
      return broker.close()
    },
    closeNow: broker.closeNow,
  }
}

async function listenForMqtt(tcp: Listener, host: string, asked: number): Promise<Listening> {
  const open = (port: number) => listen('mqtt', { host, port }, settingDefinitions.mqttPort, tcp.listen)
  if (asked !== anyMqttPort) return open(asked)
  for (let port = usualPort; ; port++) {
    try {
      const listening = await open(port)
      if (port === usualPort) return listening
      return { ...listening, note: `Port ${usualPort} on ${host} is taken: MQTT listens on ${port}.` }
    } catch (error) {
      if (!portTaken.is(error) || port === usualPort + portsTried) throw error
    }
  }
}

function readCertificate({ tlsCert, tlsKey }: Settings): Certificate | undefined {
  if (tlsCert === '' && tlsKey === '') return undefined
  const { tlsCert: cert, tlsKey: key } = settingDefinitions
  if (tlsCert === '') throw tlsInvalid({ problem: `${key.env} is set, but ${cert.env} is not.` })
  if (tlsKey === '') throw tlsInvalid({ problem: `${cert.env} is set, but ${key.env} is not.` })
  return withCertificate(() => ({ cert: readFileSync(tlsCert), key: readFileSync(tlsKey) }))
}

function withCertificate<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw tlsInvalid({ problem: cause instanceof Error ? cause.message : String(cause) }, { cause })
  }
}
