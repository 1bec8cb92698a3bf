/** What may not do harm: garbage, silence, floods, readers that do not read. */
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { connectPacket, connectToPort, subscribePacket } from './raw-mqtt.ts'
import { accepted, gone, nextMessage, startBroker } from './test-broker.ts'

const state = (moisture: number) => JSON.stringify({ data: { moisture } })

describe('a connection', () => {
  it.each<[string, Buffer]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
    ['TLS', Buffer.from('16030100f5010000f10303', 'hex')],
    ['zeros', Buffer.alloc(1000)],
    ['ones', Buffer.alloc(1000, 0xff)],
    ['a CONNECT that announces 256 MB', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])],
    ['a CONNECT of 65 KB', Buffer.from([0x10, 0x80, 0x88, 0x04])],
    ['a CONNECT that is cut short within', Buffer.from([0x10, 4, 0, 4, 0x4d, 0x51])],
    ['a PUBLISH before CONNECT', Buffer.from([0x30, 3, 0, 1, 0x61])],
    ['a PINGREQ before CONNECT', Buffer.from([0xc0, 0])],
    ['another protocol', Buffer.from([0x10, 8, 0, 2, 0x58, 0x58, 4, 2, 0, 0])],
  ])('that sends %s is ended, and others are served', async (_name, bytes) => {
    const broker = await startBroker()
    const connection = connectToPort(broker.port)
    connection.socket.write(bytes)
    await connection.closed()
    await broker.connect(await broker.pot())
    expect(broker.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('that says nothing is ended', async () => {
    const broker = await startBroker({ limits: { connectTimeoutMs: 100 } })
    const silent = connectToPort(broker.port)
    const slow = connectToPort(broker.port)
    slow.socket.write(Buffer.from([0x10]))
    await Promise.all([silent.closed(), slow.closed()])
    await broker.logged(({ message }) => message === 'A connection failed')
  })

  it('past the limit of all is refused', async () => {
    const broker = await startBroker({ limits: { connections: 2 } })
    const pots = [await broker.pot(), await broker.pot(), await broker.pot()]
    const clients = [await broker.connect(pots[0] ?? never()), await broker.connect(pots[1] ?? never())]
    await expect(broker.connect(pots[2] ?? never())).rejects.toThrow()
    await clients[0]?.endAsync()
    await broker.logged(({ message }) => message === 'A device disconnected')
    await broker.connect(pots[2] ?? never())
  })

  it('past the limit of its address is refused, and another address is served', async () => {
    const broker = await startBroker({ limits: { connectionsPerAddress: 2 } })
    const pots = [await broker.pot(), await broker.pot(), await broker.pot()]
    const clients = [await broker.connect(pots[0] ?? never()), await broker.connect(pots[1] ?? never())]
    await expect(broker.connect(pots[2] ?? never())).rejects.toThrow()
    const { details } = await broker.logged(({ message }) => message === 'A connection was refused')
    expect(details).toMatchObject({ reason: 'Its network has 2 connections.', address: '127.0.0.1' })
    // What a trusted proxy says counts, and not that it is the proxy which connects.
    const from = (address: string) => ({
      url: broker.webSocketUrl,
      wsOptions: { headers: { 'x-forwarded-for': address } },
    })
    await broker.connect(pots[2] ?? never(), from('2001:db8::1'))
    const silent = await connectWebSocket(broker.webSocketUrl, '2001:db8::2')
    await expect(broker.connect(pots[2] ?? never(), from('2001:db8::3'))).rejects.toThrow()
    await broker.connect(pots[2] ?? never(), from('2001:db8:0:1::1'))
    silent.terminate()
    await clients[0]?.endAsync()
    await broker.logged(({ message }) => message === 'A device disconnected')
    await broker.connect(pots[0] ?? never())
  })

  it('may be cut within any packet', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const bytes = connectPacket(fern)
    for (let length = 0; length <= bytes.length; length += 7) {
      const connection = connectToPort(broker.port)
      connection.socket.write(bytes.subarray(0, length))
      await once(connection.socket, 'connect')
      connection.socket.destroy()
    }
    await broker.connect(fern)
    expect(broker.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('may bring CONNECT and what follows in one piece', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const topic = `losant/${fern.deviceId}/state`
    const publish = (id: number) => {
      const body = Buffer.concat([
        Buffer.from([0, topic.length]),
        Buffer.from(topic),
        Buffer.from([0, id]),
        Buffer.from(state(id)),
      ])
      return Buffer.concat([Buffer.from([0x32, body.length]), body])
    }
    const connection = connectToPort(broker.port)
    connection.socket.write(
      Buffer.concat([connectPacket(fern), ...Array.from({ length: 100 }, (_, id) => publish(id + 1))]),
    )
    // PUBACK of the hundredth.
    await connection.until('40020064')
    connection.socket.destroy()
  })
})

describe('a thousand wrong secrets', () => {
  it('lock out no honest device behind the same address, nor who has the key, and take few lines', async () => {
    const broker = await startBroker()
    const [fern, ivy] = [await broker.pot(), await broker.pot()]
    const steady = await broker.connect(ivy)
    const guess = async (n: number) => {
      const connection = connectToPort(broker.port)
      connection.socket.write(connectPacket({ ...fern, secret: `wrong ${n}` }))
      return connection.closed()
    }
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => guess(n)))
      expect(new Set(answers)).toEqual(new Set(['20020005']))
      await steady.publishAsync(`losant/${ivy.deviceId}/state`, state(round), { qos: 1 })
    }
    await broker.connect(fern)
    const refusals = broker.lines.filter(({ message }) => message === 'A device was refused')
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals.length).toBeLessThan(200)
  })
})

describe('subscriptions', () => {
  it('are bounded for each device', async () => {
    const broker = await startBroker({ limits: { subscriptions: 50 } })
    const client = await broker.connect(await broker.pot({ key: { filterType: 'all' } }))
    const topics = Array.from({ length: 10_000 }, (_, n) => `own/${n}`)
    await client.subscribeAsync(topics).catch(() => {})
    await expect(client.subscribeAsync('one/more')).rejects.toThrow()
    await client.unsubscribeAsync('own/0')
    await client.subscribeAsync('one/more')
    const came = nextMessage(client)
    broker.platform.events.emit('messagePublished', { topic: 'own/0', text: 'x' })
    broker.platform.events.emit('messagePublished', { topic: 'own/60', text: 'x' })
    broker.platform.events.emit('messagePublished', { topic: 'one/more', text: 'x' })
    expect((await came).topic).toBe('one/more')
  })

  it.each([
    ['one filter', 'x'],
    ['what is not a filter', '#x'],
  ])('to %s a hundred thousand times are refused, and others are served', async (_, filter) => {
    const broker = await startBroker()
    const fern = await broker.pot({ key: { filterType: 'all' } })
    const connection = connectToPort(broker.port)
    connection.socket.write(connectPacket(fern))
    await connection.until('20020000')
    connection.socket.write(subscribePacket(Array(100_000).fill([filter, 0])))
    await connection.until(`90a28d060001${'80'.repeat(100_000)}`)
    await broker.connect(await broker.pot())
    connection.socket.destroy()
  })
})

describe('ten thousand topics', () => {
  it('leave nothing behind', async () => {
    const broker = await startBroker()
    const [writer, reader] = [
      await broker.connect(await broker.pot({ key: { filterType: 'all' } })),
      await broker.connect(await broker.pot({ key: { filterType: 'all' } })),
    ]
    await reader.subscribeAsync('own/+')
    let count = 0
    const all = new Promise<void>((resolve) => {
      reader.on('message', () => ++count === 10_000 && resolve())
    })
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => writer.publishAsync(`own/${n}`, 'x', { qos: 1 })))
    await all
    expect(count).toBe(10_000)
  })
})

describe('a device that does not read', () => {
  it('is ended once too much waits for it, and holds up nobody', async () => {
    const broker = await startBroker({ limits: { unreadBytes: 100_000 } })
    const key = { filterType: 'all' }
    const deaf = await broker.pot({ key })
    const connection = connectToPort(broker.port)
    connection.socket.write(connectPacket(deaf))
    await connection.until('20020000')
    // SUBSCRIBE to `own/#`.
    connection.socket.write(Buffer.from([0x82, 10, 0, 1, 0, 5, ...Buffer.from('own/#'), 0]))
    await connection.until('9003000100')
    connection.socket.pause()

    const [writer, reader] = [
      await broker.connect(await broker.pot({ key })),
      await broker.connect(await broker.pot({ key })),
    ]
    await reader.subscribeAsync('own/#')
    let isEnded = false
    const ended = broker
      .logged(({ message }) => message === 'A device was disconnected')
      .then((line) => {
        isEnded = true
        return line
      })
    const payload = Buffer.alloc(50_000)
    for (let n = 0; !isEnded; n++) {
      const came = nextMessage(reader)
      await writer.publishAsync(`own/${n}`, payload, { qos: 1 })
      expect((await came).topic).toBe(`own/${n}`)
    }
    expect(await ended).toMatchObject({ details: { deviceId: deaf.deviceId } })
    connection.socket.destroy()
  })

  it.each([
    ['answers to its pings', () => Buffer.alloc(64 * 1024, Buffer.from([0xc0, 0]))],
    // As many acknowledgements as a connection holds for its reader, and some.
    ['acknowledgements', (deviceId: string) => Buffer.concat(Array(5000).fill(statePacket(deviceId)))],
  ])('and never takes the %s is held up alone, then ended', async (_, flood) => {
    const broker = await startBroker({ limits: { unreadTimeoutMs: 100 } })
    const fern = await broker.pot()
    // What is written to it is never taken.
    const connection = new Duplex({ read() {}, write() {} })
    connection.on('error', () => {})
    const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()))
    broker.broker.accept(connection, { address: '127.0.0.1', transport: 'tcp' })
    connection.push(connectPacket(fern))
    await broker.logged(({ message }) => message === 'A device connected')
    connection.push(flood(fern.deviceId))
    await closed
    await broker.connect(fern)
  })
})

describe('a packet of QoS 0 that is too large', () => {
  it('ends the connection before it is received', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const client = await broker.connect(fern)
    client.publish(`losant/${fern.deviceId}/state`, Buffer.alloc(600 * 1024), { qos: 0 }, () => {})
    await gone(client)
    const { details } = await broker.logged(({ message }) => message === 'A device disconnected')
    expect(details.reason).toMatch(/^A packet of 61\d{4} bytes is too large\.$/)
    await accepted(broker.begin(fern))
  })
})

/** PUBLISH with QoS 1. */
function statePacket(deviceId: string): Buffer {
  const topic = `losant/${deviceId}/state`
  const body = Buffer.from(`\0${String.fromCharCode(topic.length)}${topic}\0\x01{"data":{"moisture":1}}`, 'latin1')
  return Buffer.concat([Buffer.from([0x32, body.length]), body])
}

async function connectWebSocket(url: string, address: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'mqtt', { headers: { 'x-forwarded-for': address } })
  await once(socket, 'open')
  return socket
}

function never(): never {
  throw new Error('There are three.')
}
