/**
 * The MQTT server that is measured: `mqtt-target.js VARIANT DATA-FOLDER`. Answers the message `{ prepare: n }` with n devices and a key for all of
 * them, `'port'` with the port that it listens on, and `'rss'` with its resident memory in bytes.
 */
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Aedes } from 'aedes'
import type { Platform } from '../platform/platform.ts'
import { createGate } from '../platform/store/gate.ts'
import { loadFolder } from '../server/compose/load-folder.ts'
import { openPlatform } from '../server/compose/open-platform.ts'
import { createBroker } from '../server/mqtt/broker.ts'
import { createTcpListener } from '../server/mqtt/tcp-listener.ts'
import { readSettings, type Settings } from '../server/settings.ts'
import { call } from './call.ts'
import { answerParent } from './child.ts'
import { serve } from './serve.ts'

export type MqttVariant = 'stored' | 'one-by-one' | 'bare' | 'server'

export interface Fleet {
  readonly deviceIds: readonly string[]
  readonly key: string
  readonly secret: string
}

// This file is bundled into a folder of dist/bench/.
const flows = fileURLToPath(new URL('../../../flows', import.meta.url))
const host = '127.0.0.1'

function listen(variant: string, settings: Settings): Promise<number> {
  switch (variant) {
    case 'stored':
      return listenWithStore(settings)
    case 'one-by-one':
      return listenWithStore(settings, oneByOne)
    case 'bare':
      return listenBare()
    case 'server':
      return listenWhole(settings)
    default:
      throw new Error(`There is no variant ${variant}.`)
  }
}

/** The broker and its platform, without flows that watch the states. */
async function listenWithStore(settings: Settings, arrange = (platform: Platform) => platform): Promise<number> {
  const { platform } = await openFolder(settings)
  return createTcpListener(await createBroker(arrange(platform), { limits: { connectionsPerAddress: 25_000 } })).listen(
    0,
    host,
  )
}

/** Writes a state only once the one before is on disk. */
function oneByOne(platform: Platform): Platform {
  const gate = createGate(1)
  return { ...platform, states: { write: (report) => gate.pass(() => platform.states.write(report)) } }
}

/** Plain Aedes, which stores nothing and authenticates nobody. */
async function listenBare(): Promise<number> {
  const aedes = await Aedes.createBroker()
  const server = createServer({ noDelay: true }, (socket) => void aedes.handle(socket))
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function listenWhole(settings: Settings): Promise<number> {
  return Number(new URL((await serve(flows, settings)).urlOf('mqtt')).port)
}

async function openFolder(settings: Settings) {
  const { application } = await loadFolder(flows)
  if (!application) throw new Error('The flows are not sound.')
  return openPlatform(application, settings)
}

async function prepare(settings: Settings, count: number): Promise<Fleet> {
  const { platform, close } = await openFolder(settings)
  const device = { name: 'pot', attributes: [{ name: 'moisture', dataType: 'number' }] }
  const devices = await Promise.all(
    Array.from({ length: count }, () => call<{ deviceId: string }>(platform, 'devices.post', { device })),
  )
  const key = await call<{ key: string; secret: string }>(platform, 'applicationKeys.post', { applicationKey: {} })
  await close()
  return { deviceIds: devices.map(({ deviceId }) => deviceId), key: key.key, secret: key.secret }
}

const [variant = '', data = ''] = process.argv.slice(2)
// The whole fleet connects from one address.
const env = { FLOWPOT_MQTT_CONNECTIONS_PER_ADDRESS: '25000' }
const settings = readSettings({ data, port: '0', platformPort: '0', mqttPort: '0', logLevel: 'error' }, env)

answerParent<'port' | 'rss' | { readonly prepare: number }>(async (message) => {
  if (message === 'port') return listen(variant, settings)
  if (message === 'rss') return process.memoryUsage.rss()
  return prepare(settings, message.prepare)
})
