/** What a device may publish and subscribe to, and what becomes of what is not as it should be. */
import { describe, expect, it } from 'vitest'
import { compileWatch } from '../../../platform/runs/watches.ts'
import { storeFull } from '../../../platform/store/errors.ts'
import { stateWatch } from '../../platform/state-watch.ts'
import { connectPacket, connectToPort, subscribePacket } from './raw-mqtt.ts'
import { gone, nextMessage, type Pot, startBroker, type TestBroker } from './test-broker.ts'

const state = (moisture: number) => JSON.stringify({ data: { moisture } })
const storedFor = ({ store }: TestBroker, { deviceId }: Pot) =>
  store.read.selectFrom('device_states').selectAll().where('device_id', '=', deviceId).execute()

const logOf = ({ ok }: TestBroker, { deviceId }: Pot) => ok<object[]>('device.getLogEntries', { deviceId, limit: 100 })

/** Commands the device; resolves with the topic and the name that the client received. */
async function command({ platform }: TestBroker, { deviceId }: Pot, name = 'water') {
  platform.events.emit('commandSent', { deviceId, name, payload: null, time: 0, relay: { type: 'flow', id: 'x' } })
}

describe('a message that is not a state', () => {
  const big = 256 * 1024
  it.each<[string, string | Buffer]>([
    ['no JSON', 'moisture: 4'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '4'],
    ['text', '"x"'],
    ['bytes', Buffer.from([0xff, 0xfe, 0])],
    ['an object without data', '{}'],
    ['data that is no object', '{"data":[1]}'],
    ['JSON nested deeper than any state', `{"data":${'['.repeat(100_000)}`],
    ['a prototype', '{"__proto__":{"data":{"moisture":1}}}'],
    ['a message over 256 KB', JSON.stringify({ data: { moisture: 1 }, meta: 'x'.repeat(big) })],
  ])('is acknowledged, dropped and noted: %s', async (_name, payload) => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const client = await broker.connect(fern)
    const topic = `losant/${fern.deviceId}/state`
    await client.publishAsync(topic, payload, { qos: 1 })
    await broker.logged(({ message }) => message === 'A message was dropped')
    expect(await storedFor(broker, fern)).toEqual([])
    // The connection lives.
    await client.publishAsync(topic, state(1), { qos: 1 })
    expect(await storedFor(broker, fern)).toHaveLength(1)
    await client.endAsync()
    const { details } = await broker.logged(({ message }) => message === 'A device disconnected')
    expect(details).toMatchObject({ messagesFromClient: 2, droppedMessages: 1 })
    expect(broker.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})

describe('a state', () => {
  it('may be a list', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const client = await broker.connect(fern)
    const now = broker.clock.now()
    const list = [1, 2, 3].map((moisture) => ({ data: { moisture }, time: now - moisture }))
    await client.publishAsync(`losant/${fern.deviceId}/state`, JSON.stringify(list), { qos: 1 })
    expect(await storedFor(broker, fern)).toHaveLength(3)
  })

  it('is not acknowledged where the store cannot take it, and the device’s next try is stored', async () => {
    let isFull = false
    const broker = await startBroker({
      store: (store) => ({
        ...store,
        read: store.read,
        write: (work) => (isFull ? Promise.reject(storeFull({})) : store.write(work)),
        close: () => store.close(),
      }),
    })
    const fern = await broker.pot()
    const client = await broker.connect(fern, { reconnectPeriod: 20 })
    isFull = true
    let isAcknowledged = false
    const published = client.publishAsync(`losant/${fern.deviceId}/state`, state(7), { qos: 1 }).then(() => {
      isAcknowledged = true
    })
    await new Promise<void>((resolve) => client.once('close', () => resolve()))
    expect(isAcknowledged).toBe(false)
    isFull = false
    await published
    expect(await storedFor(broker, fern)).toHaveLength(1)
  })

  it('of QoS 0 that cannot be stored does not end the connection', async () => {
    let isFull = false
    const broker = await startBroker({
      store: (store) => ({
        ...store,
        read: store.read,
        write: (work) => (isFull ? Promise.reject(storeFull({})) : store.write(work)),
        close: () => store.close(),
      }),
    })
    const fern = await broker.pot()
    const client = await broker.connect(fern)
    isFull = true
    client.publish(`losant/${fern.deviceId}/state`, state(7))
    await broker.logged(({ message }) => message === 'A state was not stored')
    isFull = false
    await client.publishAsync(`losant/${fern.deviceId}/state`, state(8), { qos: 1 })
    expect(await storedFor(broker, fern)).toHaveLength(1)
  })

  it('is the last will of a device whose connection is lost', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const will = {
      topic: `losant/${fern.deviceId}/state`,
      payload: Buffer.from(state(0)),
      qos: 1 as const,
      retain: false,
    }
    const client = await broker.connect(fern, { will })
    broker.platform.watches.replace([compileWatch(stateWatch())])
    const started = new Promise<unknown>((resolve) =>
      broker.platform.events.on('runsQueued', (runs) => runs.length > 0 && resolve(runs)),
    )
    client.stream.destroy()
    expect(await started).toMatchObject([{ begin: { triggerId: fern.deviceId, data: { moisture: 0 } } }])
  })
})

type What = [topic: string, options?: object, payload?: string | Buffer]
const unpublishable: [string, object, (fern: Pot, ivy: Pot) => What][] = [
  ["to another device's state", {}, (_fern, ivy) => [`losant/${ivy.deviceId}/state`]],
  ['to the state of no device', {}, () => ['losant/000000000000000000000000/state']],
  ['to its own commands', {}, (fern) => [`losant/${fern.deviceId}/command`]],
  ['to another topic of the platform', { filterType: 'all' }, () => ['losant/x']],
  ['to the broker’s own', { filterType: 'all' }, () => ['$SYS/x/heartbeat']],
  ['to the topic of what goes nowhere', { filterType: 'all' }, () => ['$nowhere']],
  ['to a topic that its key does not have', {}, () => ['pots/1']],
  ['to a topic that its key forbids', { filterType: 'blacklist', pubTopics: ['pots/#'] }, () => ['pots/1']],
  ['a retained message', {}, (fern) => [`losant/${fern.deviceId}/state`, { retain: true }]],
  ['a retained message of its own', { filterType: 'all' }, () => ['pots/1', { retain: true }]],
  ['to a topic of a hundred levels and more', { filterType: 'all' }, () => ['a/'.repeat(200)]],
  ['to a topic with a wildcard', { filterType: 'all' }, () => ['pots/+/x']],
  ['to all topics', { filterType: 'all' }, () => ['#']],
  ['a packet over 512 KB', {}, (fern) => [`losant/${fern.deviceId}/state`, {}, Buffer.alloc(600 * 1024, ' ')]],
  ['a packet of 5 MB', { filterType: 'all' }, () => ['pots/1', {}, Buffer.alloc(5 * 1024 * 1024, ' ')]],
]

describe('publishing', () => {
  it.each(unpublishable)('%s with QoS 0 ends the connection, and nothing is stored', async (_name, key, what) => {
    const broker = await startBroker()
    const [fern, ivy] = [await broker.pot({ key }), await broker.pot()]
    const client = await broker.connect(fern)
    const [topic, options = {}, payload = state(1)] = what(fern, ivy)
    client.publish(topic, payload, { qos: 0, ...options }, () => {})
    await gone(client)
    const { details } = await broker.logged(({ message }) => message === 'A device disconnected')
    expect(details.reason).not.toBe('The device disconnected.')
    expect([...(await storedFor(broker, fern)), ...(await storedFor(broker, ivy))]).toEqual([])
    await broker.connect(fern)
  })

  it.each(unpublishable.flatMap((row) => [[...row, 1] as const, [...row, 2] as const]))(
    '%s is acknowledged, dropped and noted, so that what is behind it gets through (%#)',
    async (_name, key, what, qos) => {
      const broker = await startBroker()
      const [fern, ivy] = [await broker.pot({ key }), await broker.pot()]
      const reader = await broker.connect(await broker.pot({ key: { filterType: 'all' } }))
      await reader.subscribeAsync('#')
      const came = nextMessage(reader)
      const client = await broker.connect(fern)
      const [topic, options = {}, payload = state(1)] = what(fern, ivy)
      const before = client.publishAsync(topic, payload, { qos, ...options })
      await client.publishAsync(`losant/${fern.deviceId}/state`, state(7), { qos: 1 })
      await before
      expect(await storedFor(broker, fern)).toMatchObject([{ number: 7 }])
      expect(await storedFor(broker, ivy)).toEqual([])
      expect(broker.lines.filter(({ level }) => level !== 'info')).toMatchObject([{ message: 'A message was dropped' }])
      expect(await logOf(broker, fern)).toContainEqual({
        time: expect.any(String),
        message: expect.any(String),
        count: 1,
      })
      broker.platform.events.emit('messagePublished', { topic: 'last', text: '' })
      expect((await came).topic).toBe('last')
      await client.endAsync()
      const { details } = await broker.logged(({ message }) => message === 'A device disconnected')
      expect(details).toMatchObject({ messagesFromClient: 2, droppedMessages: 1, reason: 'The device disconnected.' })
    },
  )

  it('with QoS 2 is dropped even where QoS 1 would be taken', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const client = await broker.connect(fern)
    await client.publishAsync(`losant/${fern.deviceId}/state`, state(1), { qos: 2 })
    expect(await storedFor(broker, fern)).toEqual([])
    const message = 'It published with QoS 2; only QoS 0 and 1 are supported.'
    expect(await logOf(broker, fern)).toContainEqual(expect.objectContaining({ message }))
    // The ID is free again.
    await client.publishAsync(`losant/${fern.deviceId}/state`, state(2), { qos: 1 })
    expect(await storedFor(broker, fern)).toHaveLength(1)
  })

  it('a will that it may not publish is noted in its log', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const will = { topic: 'pots/1', payload: Buffer.from('gone'), qos: 0 as const, retain: false }
    const client = await broker.connect(fern, { will })
    client.stream.destroy()
    await broker.logged(({ message }) => message === 'A message was dropped')
    // Waits for what was begun.
    await broker.broker.close()
    const message = 'Its access key does not let it publish to "pots/1".'
    expect(await logOf(broker, fern)).toContainEqual(expect.objectContaining({ message }))
  })
})

describe('topics of its own', () => {
  it('go to who subscribed, within what the keys allow', async () => {
    const { pot, connect } = await startBroker()
    const writer = await connect(await pot({ key: { filterType: 'whitelist', pubTopics: ['pots/+'] } }))
    const reader = await connect(await pot({ key: { filterType: 'whitelist', subTopics: ['pots/#'] } }))
    expect(await reader.subscribeAsync('pots/+', { qos: 1 })).toMatchObject([{ qos: 1 }])
    const came = nextMessage(reader)
    await writer.publishAsync('pots/1', 'hello', { qos: 1 })
    expect(await came).toEqual({ topic: 'pots/1', payload: 'hello' })
  })

  it('are not delivered where they are too large', async () => {
    const { pot, connect } = await startBroker()
    const key = { filterType: 'all' }
    const [writer, reader] = [await connect(await pot({ key })), await connect(await pot({ key }))]
    await reader.subscribeAsync('#')
    const came = nextMessage(reader)
    await writer.publishAsync('big', Buffer.alloc(256 * 1024 + 1), { qos: 1 })
    await writer.publishAsync('small', 'x', { qos: 1 })
    expect((await came).topic).toBe('small')
  })
})

describe('subscribing', () => {
  it.each<[string, object, (fern: Pot, ivy: Pot) => string, 0 | 1 | 2]>([
    ["to another device's commands", { filterType: 'all' }, (_fern, ivy) => `losant/${ivy.deviceId}/command`, 0],
    ["to every device's commands", { filterType: 'all' }, () => 'losant/+/command', 0],
    ['to all of the platform', { filterType: 'all' }, () => 'losant/#', 0],
    ['to its own state', { filterType: 'all' }, (fern) => `losant/${fern.deviceId}/state`, 0],
    ['to the broker’s own', { filterType: 'all' }, () => '$SYS/#', 0],
    ['to everything, with a key that forbids a part', { filterType: 'blacklist', subTopics: ['x'] }, () => '#', 0],
    ['to a topic that its key does not have', {}, () => 'pots/1', 0],
    ["to another device's commands with QoS 2", {}, (_fern, ivy) => `losant/${ivy.deviceId}/command`, 2],
  ])('%s is refused, and the connection lives', async (_name, key, filter, qos) => {
    const broker = await startBroker()
    const [fern, ivy] = [await broker.pot({ key }), await broker.pot()]
    const client = await broker.connect(fern)
    const refused = await client.subscribeAsync(filter(fern, ivy), { qos }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining('Unspecified error') })
    await client.subscribeAsync(`losant/${fern.deviceId}/command`)
    const came = nextMessage(client)
    await command(broker, ivy, 'not for it')
    await command(broker, fern)
    expect(JSON.parse((await came).payload)).toMatchObject({ name: 'water' })
  })

  it.each<[string, [string, 0 | 1 | 2][], number[]]>([
    ['its commands', [['losant/ID/command', 2]], [1]],
    ['a topic of its own', [['pots/1', 2]], [1]],
    [
      'wildcards',
      [
        ['pots/+', 2],
        ['#', 2],
      ],
      [1, 1],
    ],
    [
      'several at once',
      [
        ['a', 2],
        ['b', 1],
        ['c', 0],
        ['$SYS/#', 2],
        ['losant/ID/command', 2],
      ],
      [1, 1, 0, 128, 1],
    ],
  ])('with QoS 2 to %s is granted with QoS 1', async (_name, asked, granted) => {
    const broker = await startBroker()
    const fern = await broker.pot({ key: { filterType: 'all' } })
    const client = await broker.connect(fern)
    const answered = new Promise((resolve) =>
      client.on('packetreceive', ({ cmd, ...ack }) => cmd === 'suback' && resolve(ack)),
    )
    const topics = asked.map(([topic, qos]) => [topic.replace('ID', fern.deviceId), { qos }] as const)
    client.subscribe(Object.fromEntries(topics), () => {})
    expect(await answered).toMatchObject({ granted })
    const [first] = topics[0] ?? []
    const came = new Promise((resolve) =>
      client.on('packetreceive', (packet) => packet.cmd === 'publish' && resolve(packet)),
    )
    broker.platform.events.emit('messagePublished', { topic: first?.replace('+', 'x') ?? '', text: 'x' })
    expect(await came).toMatchObject({ qos: granted[0], topic: first?.replace('+', 'x') })
  })

  it('to what is not a filter is refused, each with an answer, and the connection lives', async () => {
    const broker = await startBroker()
    const fern = await broker.pot({ key: { filterType: 'all' } })
    const connection = connectToPort(broker.port)
    connection.socket.write(connectPacket(fern))
    await connection.until('20020000')
    const filters = ['', 'a/#/b', 'a+', '+a/b', 'a#', '#/', '/'.repeat(100), '/'.repeat(99), '+/+/#', '/']
    connection.socket.write(subscribePacket(filters.map((filter) => [filter, 2])))
    await connection.until(`900c0001${'80'.repeat(7)}${'01'.repeat(3)}`)
    // Waits for the lines, which were begun before.
    await broker.store.write(async () => {})
    const lines = (await logOf(broker, fern)).filter((line) => 'message' in line)
    expect(lines).toHaveLength(7)
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'Its subscription to "a/#/b" was refused. It is not a filter.' }),
    )
    connection.socket.destroy()
  })

  it('to everything takes in no command of another device, and no state', async () => {
    const broker = await startBroker()
    const [fern, ivy] = [await broker.pot({ key: { filterType: 'all' } }), await broker.pot()]
    const [client, other] = [await broker.connect(fern), await broker.connect(ivy)]
    await client.subscribeAsync(['#', '+/+/command', '+/+/state'])
    const came = nextMessage(client)
    await command(broker, ivy)
    await other.publishAsync(`losant/${ivy.deviceId}/state`, state(1), { qos: 1 })
    broker.platform.events.emit('messagePublished', { topic: 'hello', text: 'x' })
    expect((await came).topic).toBe('hello')
  })
})

describe('a gateway', () => {
  const gateway = { deviceClass: 'gateway' }

  it('reports for its peripherals and those of any gateway, and is told their commands', async () => {
    const broker = await startBroker()
    const hub = await broker.pot({ device: gateway })
    const own = await broker.pot({ device: { deviceClass: 'peripheral', gatewayId: hub.deviceId } })
    const floating = await broker.pot({ device: { deviceClass: 'floating' } })
    const client = await broker.connect(hub)
    for (const pot of [own, floating]) {
      await client.publishAsync(`losant/${pot.deviceId}/state`, state(1), { qos: 1 })
      expect(await storedFor(broker, pot)).toHaveLength(1)
      await client.subscribeAsync(`losant/${pot.deviceId}/command`)
      const came = nextMessage(client)
      await command(broker, pot)
      expect((await came).topic).toBe(`losant/${pot.deviceId}/command`)
    }
  })

  it('reports on when a peripheral has been deleted or given away, and what it says of that one is dropped', async () => {
    const broker = await startBroker()
    const [hub, other] = [await broker.pot({ device: gateway }), await broker.pot({ device: gateway })]
    const pots = [
      await broker.pot({ device: { deviceClass: 'peripheral', gatewayId: hub.deviceId } }),
      await broker.pot({ device: { deviceClass: 'peripheral', gatewayId: hub.deviceId } }),
    ]
    const client = await broker.connect(hub)
    const [deleted, moved] = pots.map(({ deviceId }) => deviceId)
    await broker.ok('device.delete', { deviceId: deleted })
    await broker.ok('device.patch', { deviceId: moved, device: { gatewayId: other.deviceId } })
    for (const deviceId of [deleted, moved, hub.deviceId]) {
      await client.publishAsync(`losant/${deviceId}/state`, state(1), { qos: 1 })
    }
    expect(await storedFor(broker, hub)).toHaveLength(1)
    for (const pot of pots) {
      expect(await storedFor(broker, pot)).toEqual([])
      const message = `It may not report for ${pot.deviceId}, which is not a peripheral of its own.`
      expect(await logOf(broker, hub)).toContainEqual(expect.objectContaining({ message }))
    }
  })

  it.each<[string, object]>([
    ['a device that is no peripheral', {}],
    ["another gateway's peripheral", { deviceClass: 'peripheral' }],
  ])('does not report for %s', async (_name, device) => {
    const broker = await startBroker()
    const hub = await broker.pot({ device: gateway })
    const other = await broker.pot({ device: gateway })
    const isPeripheral = 'deviceClass' in device
    const pot = await broker.pot({ device: { ...device, ...(isPeripheral ? { gatewayId: other.deviceId } : {}) } })
    const client = await broker.connect(hub)
    await client.publishAsync(`losant/${pot.deviceId}/state`, state(1), { qos: 1 })
    expect(await storedFor(broker, pot)).toEqual([])
  })

  it('is disconnected once a peripheral whose commands it receives goes to another', async () => {
    const broker = await startBroker()
    const [hub, other] = [await broker.pot({ device: gateway }), await broker.pot({ device: gateway })]
    const own = await broker.pot({ device: { deviceClass: 'peripheral', gatewayId: hub.deviceId } })
    const client = await broker.connect(hub)
    await client.subscribeAsync(`losant/${own.deviceId}/command`)
    await broker.ok('device.patch', { deviceId: own.deviceId, device: { gatewayId: other.deviceId } })
    broker.platform.events.emit('deviceChanged', { deviceId: own.deviceId })
    await gone(client)
  })
})
