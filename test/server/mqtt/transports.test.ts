/** The same broker over TCP, TLS and WebSocket, with the clients that people have. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectMqtt, type IClientOptions } from 'mqtt'
import { afterAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { connectToPort } from '../http/raw-connection.ts'
import { isInstalled, makeCertificate } from './certificate.ts'
import { accepted, gone, nextMessage, type Pot, startBroker, type TestBroker } from './test-broker.ts'

const certificate = isInstalled('openssl') ? makeCertificate() : undefined
afterAll(() => certificate?.remove())
const start = () => startBroker(certificate ? { certificate } : {})

const state = (moisture: number) => JSON.stringify({ data: { moisture } })
const stored = ({ store }: TestBroker) => store.read.selectFrom('device_states').selectAll().execute()

const logOf = ({ ok }: TestBroker, { deviceId }: Pot) =>
  ok<{ message?: string; count?: number }[]>('device.getLogEntries', { deviceId, limit: 100 })

/** The lines about refusals, once all that was begun before is written. */
async function refusalsOf(broker: TestBroker, pot: Pot) {
  await broker.store.write(async () => {})
  return (await logOf(broker, pot)).map(({ message }) => message)
}

type Way = (broker: TestBroker) => IClientOptions & { url?: string }
const ways: [string, Way][] = [
  ['TCP', () => ({})],
  ['TCP, MQTT 3.1', () => ({ protocolId: 'MQIsdp', protocolVersion: 3 })],
  ['WebSocket', ({ webSocketUrl }) => ({ url: webSocketUrl })],
  ['WebSocket at /', ({ webSocketUrl }) => ({ url: webSocketUrl.replace('/mqtt', '/') })],
  ['WebSocket, MQTT 3.1', ({ webSocketUrl }) => ({ url: webSocketUrl, protocolId: 'MQIsdp', protocolVersion: 3 })],
]
const tlsWay: Way = ({ tlsPort }) => ({ url: `mqtts://127.0.0.1:${tlsPort}`, ca: certificate?.cert ?? '' })
if (certificate) ways.push(['TLS', tlsWay])
else it.skip('TLS: NOT RUN, since openssl is not installed')

describe.each(ways)('over %s', (_name, way) => {
  it('a device reports, is commanded, and leaves', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const client = await broker.connect(fern, way(broker))
    await client.publishAsync(`losant/${fern.deviceId}/state`, state(5), { qos: 1 })
    expect(await stored(broker)).toHaveLength(1)
    await client.subscribeAsync(`losant/${fern.deviceId}/command`, { qos: 1 })
    const came = nextMessage(client)
    broker.platform.events.emit('commandSent', {
      deviceId: fern.deviceId,
      name: 'water',
      payload: 1,
      time: 0,
      relay: { type: 'flow', id: 'x' },
    })
    expect((await came).payload).toContain('water')
    await client.endAsync()
    const { details } = await broker.logged(({ message }) => message === 'A device disconnected')
    expect(details).toMatchObject({ messagesFromClient: 1, messagesToClient: 1, reason: 'The device disconnected.' })
  })

  it('a message of any size is acknowledged and dropped, and what follows it is stored', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const client = await broker.connect(fern, way(broker))
    const ended = gone(client).then(() => Promise.reject(new Error('The connection ended.')))
    const topic = `losant/${fern.deviceId}/state`
    for (const bytes of [700_000, 3_000_000]) {
      await Promise.race([client.publishAsync(topic, Buffer.alloc(bytes), { qos: 1 }), ended])
      await Promise.race([client.publishAsync(topic, state(bytes), { qos: 1 }), ended])
    }
    expect(await stored(broker)).toMatchObject([{ number: 3_000_000 }])
    const problem = expect.stringMatching(/^A packet of \d+ bytes to "losant\/.*" is larger than 524288 bytes\.$/)
    expect(await refusalsOf(broker, fern)).toEqual(expect.arrayContaining([problem, problem]))
  })

  it('a wrong secret is answered with CONNACK 5', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const client = broker.begin({ ...fern, secret: 'x' }, way(broker))
    await expect(accepted(client)).rejects.toMatchObject({ code: 5 })
  })
})

describe('a connection', () => {
  it.each<[string, IClientOptions, number]>([
    ['a persistent session', { clean: false }, 5],
    ['a retained will', { will: { topic: 'x', payload: Buffer.from(''), qos: 0, retain: true } }, 5],
  ])('that asks for %s is refused', async (_name, options, code) => {
    const broker = await start()
    const fern = await broker.pot()
    await expect(accepted(broker.begin(fern, options))).rejects.toMatchObject({ code })
    expect(await refusalsOf(broker, fern)).toEqual([
      expect.stringMatching(/^Its connection was refused\. .*supported\.$/),
    ])
  })

  it.each<[string, (pot: Pot) => Partial<Record<keyof Pot, string>>, string]>([
    [
      'wrong secret',
      () => ({ secret: 'x' }),
      'Wrong device, access key or secret, or an address from which the key may not be used.',
    ],
    [
      'wrong key',
      () => ({ key: 'x' }),
      'Wrong device, access key or secret, or an address from which the key may not be used.',
    ],
  ])('with a %s stands in the device’s log, a few times in ten seconds', async (_name, change, reason) => {
    const broker = await start()
    const fern = await broker.pot()
    for (let round = 0; round < 30; round++) {
      await expect(accepted(broker.begin({ ...fern, ...change(fern) }))).rejects.toMatchObject({ code: 5 })
    }
    expect(await refusalsOf(broker, fern)).toEqual([`Its connection was refused. ${reason}`])
    expect(await logOf(broker, fern)).toMatchObject([{ count: 20 }])
  })

  it('without a password stands in the device’s log', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const client = connectMqtt(`mqtt://127.0.0.1:${broker.port}`, { clientId: fern.deviceId, reconnectPeriod: 0 })
    await expect(accepted(client)).rejects.toMatchObject({ code: 5 })
    expect(await refusalsOf(broker, fern)).toEqual([expect.stringContaining('no user name or no password')])
  })

  it('of no device changes no log', async () => {
    const broker = await start()
    const fern = await broker.pot()
    await expect(accepted(broker.begin({ ...fern, deviceId: '0'.repeat(24) }))).rejects.toMatchObject({ code: 5 })
    await expect(accepted(broker.begin({ ...fern, deviceId: 'toaster' }))).rejects.toMatchObject({ code: 5 })
    expect(await logOf(broker, fern)).toEqual([])
    expect(broker.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('may ask for a will of QoS 2, which is published with QoS 1', async () => {
    const broker = await start()
    const key = { filterType: 'all' }
    const [fern, ivy] = [await broker.pot({ key }), await broker.pot({ key })]
    const will = { topic: 'x', payload: Buffer.from('gone'), qos: 2 as const, retain: false }
    const [client, reader] = [await broker.connect(fern, { will }), await broker.connect(ivy)]
    await reader.subscribeAsync('x', { qos: 2 })
    const came = new Promise((resolve) =>
      reader.on('packetreceive', (packet) => packet.cmd === 'publish' && resolve(packet)),
    )
    client.stream.destroy()
    expect(await came).toMatchObject({ topic: 'x', qos: 1 })
  })

  it('of MQTT 5 is told that it is not spoken here', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const connection = connectToPort(broker.port)
    const field = (text: string) => Buffer.from([0, text.length, ...Buffer.from(text)])
    const fields = [fern.deviceId, fern.key, fern.secret].map(field)
    const body = Buffer.concat([field('MQTT'), Buffer.from([5, 0xc2, 0, 60, 0]), ...fields])
    connection.socket.write(Buffer.concat([Buffer.from([0x10, (body.length & 127) | 128, body.length >> 7]), body]))
    // [MQTT-3.1.2-2]: CONNACK 1, unacceptable protocol version.
    expect(await connection.closed()).toBe(' \u0002\u0000\u0001')
    await broker.logged(({ message }) => message === 'A device was refused')
    const line = 'Its connection was refused. It speaks MQTT 5; only 3.1 and 3.1.1 are supported.'
    expect(await refusalsOf(broker, fern)).toEqual([line])
  })

  it('is taken over by the next with the same ID', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const first = await broker.connect(fern)
    const firstGone = gone(first)
    const second = await broker.connect(fern)
    await firstGone
    await second.publishAsync(`losant/${fern.deviceId}/state`, state(5), { qos: 1 })
    const { details } = await broker.logged(({ message }) => message === 'A device disconnected')
    expect(details).toMatchObject({ reason: 'The device connected anew.' })
  })

  it('is the only one with its ID, also where twenty come at once', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const clients = Array.from({ length: 20 }, () => broker.begin(fern))
    await Promise.all(clients.map((client) => accepted(client).catch(() => {})))
    const last = await broker.connect(fern)
    await Promise.all(clients.map(gone))
    expect(last.connected).toBe(true)
    expect(broker.broker.connectionCount).toBe(1)
  })
})

describe('the platform’s port', () => {
  it.each([
    ['/other', ['mqtt']],
    ['/mqtt/more', ['mqtt']],
    ['/', []],
    ['/', ['graphql-ws']],
    ['/?x', ['xmqtt', 'MQTT']],
  ])('serves no WebSocket at %s for the subprotocols %j', async (path, protocols) => {
    const { webSocketUrl } = await start()
    const socket = new WebSocket(webSocketUrl.replace('/mqtt', path), protocols)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(404)
    expect(JSON.parse(await text(response))).toMatchObject({ type: 'NotFound' })
  })

  it.each([
    ['/', ['mqtt']],
    ['/?x=1', ['graphql-ws', 'mqtt']],
    ['', ['mqttv3.1']],
    ['/mqtt', []],
    ['/mqtt/?x', ['mqtt']],
  ])('serves WebSockets at %j for the subprotocols %j', async (path, protocols) => {
    const { webSocketUrl } = await start()
    const socket = new WebSocket(webSocketUrl.replace('/mqtt', path), protocols)
    await once(socket, 'open')
    expect(socket.protocol).toBe(protocols.at(-1) ?? '')
    socket.terminate()
  })

  it.each([
    ['GET', ''],
    ['POST', 'the body'],
  ])('serves a %s that would change to HTTP/2 as any other', async (method, body) => {
    const { webSocketUrl } = await start()
    const connection = connectToPort(Number(new URL(webSocketUrl).port))
    const head = [
      `${method} /devices?x=1 HTTP/1.1`,
      'host: x',
      'connection: Upgrade, HTTP2-Settings',
      'upgrade: h2c',
      'http2-settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA',
      `content-length: ${body.length}`,
    ]
    connection.send(`${head.join('\r\n')}\r\n\r\n${body}`)
    const answer = await connection.until(/\}/)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain(JSON.stringify({ method, url: '/devices?x=1', body }))
    connection.socket.destroy()
  })
})

describe.skipIf(!certificate)('the TLS port', () => {
  it('goes on after one who speaks no TLS', async () => {
    const broker = await start()
    const socket = connectTcp(broker.tlsPort ?? 0, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\n\r\n')
    socket.resume()
    await once(socket, 'close')
    await broker.connect(await broker.pot(), tlsWay(broker))
  })
})

/** Runs one of Mosquitto's clients as the device. */
async function mosquitto(
  program: string,
  { port }: TestBroker,
  pot: { deviceId: string; key: string; secret: string },
  args: string[],
) {
  const who = ['-h', '127.0.0.1', '-p', String(port), '-i', pot.deviceId, '-u', pot.key, '-P', pot.secret]
  const child = spawn(program, [...who, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  return { child, output: text(child.stdout), errors: text(child.stderr), ended: once(child, 'close') }
}

const hasMosquitto = isInstalled('mosquitto_pub') && isInstalled('mosquitto_sub')
if (!hasMosquitto) it.skip('mosquitto_pub and mosquitto_sub: NOT RUN, since they are not installed')
describe.skipIf(!hasMosquitto)('Mosquitto’s clients', () => {
  it.each(['mqttv31', 'mqttv311'])('report with %s', async (version) => {
    const broker = await start()
    const fern = await broker.pot()
    const args = ['-V', version, '-q', '1', '-t', `losant/${fern.deviceId}/state`, '-m', state(3)]
    const { ended, errors } = await mosquitto('mosquitto_pub', broker, fern, args)
    expect(await ended).toEqual([0, null])
    expect(await errors).toBe('')
    expect(await stored(broker)).toHaveLength(1)
  })

  it('are told that they may not', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const { ended, errors } = await mosquitto('mosquitto_pub', broker, { ...fern, secret: 'x' }, ['-t', 'x', '-m', 'x'])
    expect(await ended).toEqual([5, null])
    expect(await errors).toContain('not authorised')
  })

  it('receive a command', async () => {
    const broker = await start()
    const fern = await broker.pot()
    const topic = `losant/${fern.deviceId}/command`
    const { ended, output } = await mosquitto('mosquitto_sub', broker, fern, ['-q', '1', '-t', topic, '-C', '1'])
    await broker.logged(({ message }) => message === 'A device connected')
    // It subscribes some time after; what is published before that is nobody's.
    const timer = setInterval(
      () => broker.platform.events.emit('messagePublished', { topic, text: '{"name":"water"}' }),
      20,
    )
    expect(await ended).toEqual([0, null])
    clearInterval(timer)
    expect(await output).toBe('{"name":"water"}\n')
  })
})
