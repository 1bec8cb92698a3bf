/** SUBSCRIBE and UNSUBSCRIBE, byte by byte, where a client's library would hide what is answered. */
import { describe, expect, it } from 'vitest'
import { connectPacket, connectToPort, subscribePacket, unsubscribePacket } from './raw-mqtt.ts'
import { type Pot, startBroker, type TestBroker } from './test-broker.ts'

const hex = (text: string) => Buffer.from(text).toString('hex')
// Longer than the number of a packet, which may be any two bytes.
const text = 'xyzzy'
const pingreq = Buffer.from([0xc0, 0])
const disconnect = Buffer.from([0xe0, 0])

async function connected(broker: TestBroker) {
  const fern = await broker.pot({ key: { filterType: 'all' } })
  const connection = connectToPort(broker.port)
  connection.socket.write(connectPacket(fern))
  await connection.until('20020000')
  return { ...connection, fern }
}

/** What the device's log says besides its connections. */
async function linesOf({ store, ok }: TestBroker, { deviceId }: Pot) {
  // Waits for the lines, which were begun before.
  await store.write(async () => {})
  const lines = await ok<{ message?: string }[]>('device.getLogEntries', { deviceId, limit: 100 })
  return lines.flatMap(({ message }) => message ?? [])
}

describe('a subscription', () => {
  // MQTT 3.1.1, 3.8.4-4 and 3.8.4-5: as though they came one after the other, and each has its answer.
  it('to a filter that is named several times has an answer each time, and the QoS of the last', async () => {
    const broker = await startBroker()
    const { socket, until, closed, fern } = await connected(broker)
    const asked = [
      ['a', 0],
      ['$SYS/#', 1],
      ['b/#', 2],
      ['a', 1],
      ['$SYS/#', 0],
      ['a', 0],
      ['b/#', 1],
    ] as const
    socket.write(subscribePacket(asked))
    await until(`90090001${'00'}${'80'}${'01'}${'01'}${'80'}${'00'}${'01'}`)
    broker.platform.events.emit('messagePublished', { topic: 'b/1', text })
    broker.platform.events.emit('messagePublished', { topic: 'a', text })
    // Of QoS 1, then 0, and each once.
    await until(`320c${'0003'}${hex('b/1')}`)
    await until(`3008${'0001'}${hex('a')}${hex(text)}`)
    expect(await linesOf(broker, fern)).toEqual(['Its subscription to "$SYS/#" was refused. The topic is reserved.'])
    socket.write(disconnect)
    expect((await closed()).split(hex(text)).length - 1).toBe(2)
  })

  it('ends by UNSUBSCRIBE, which is answered also where it names what is not a filter', async () => {
    const broker = await startBroker()
    const { socket, until, closed, fern } = await connected(broker)
    socket.write(subscribePacket([['a', 0]]))
    await until('9003000100')
    socket.write(unsubscribePacket(['a/#/b', 'a', '/'.repeat(32_000), '']))
    await until('b0020001')
    expect(await linesOf(broker, fern)).toContain('It unsubscribed from "a/#/b", which is not a filter.')
    broker.platform.events.emit('messagePublished', { topic: 'a', text })
    socket.write(pingreq)
    await until('d000')
    socket.write(unsubscribePacket(['/'.repeat(32_000)]))
    socket.write(disconnect)
    const received = await closed()
    expect(received.split('b0020001')).toHaveLength(3)
    expect(received).not.toContain(hex(text))
  })
})
