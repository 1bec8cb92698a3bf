/** Who gets in, and what becomes of what is sent. */
import { describe, expect, it } from 'vitest'
import { accepted, gone, nextMessage, type Pot, startBroker } from './test-broker.ts'

const state = (moisture: number) => JSON.stringify({ data: { moisture } })

describe('a device', () => {
  it('connects with its key, and its state is stored before it is acknowledged', async () => {
    const { pot, connect, store } = await startBroker()
    const fern = await pot()
    const client = await connect(fern)
    await client.publishAsync(`losant/${fern.deviceId}/state`, state(42), { qos: 1 })
    const rows = await store.read.selectFrom('device_states').selectAll().execute()
    expect(rows).toMatchObject([{ device_id: fern.deviceId }])
  })

  it('receives its commands', async () => {
    const { pot, connect, platform } = await startBroker()
    const fern = await pot()
    const client = await connect(fern)
    const topic = `losant/${fern.deviceId}/command`
    expect(await client.subscribeAsync(topic)).toMatchObject([{ topic, qos: 0 }])
    const came = nextMessage(client)
    const command = { deviceId: fern.deviceId, name: 'water', payload: { ml: 50 }, time: Date.UTC(2026, 0, 2) }
    platform.events.emit('commandSent', { ...command, relay: { type: 'flow', id: 'x' } })
    const { topic: on, payload } = await came
    expect(on).toBe(topic)
    expect(JSON.parse(payload)).toEqual({
      name: 'water',
      payload: { ml: 50 },
      time: { $date: '2026-01-02T00:00:00.000Z' },
    })
  })

  it.each<[string, (pot: Pot, other: Pot) => Partial<Pot>]>([
    ['a wrong secret', () => ({ secret: 'x' })],
    ['a wrong key', () => ({ key: 'x' })],
    ["another device's ID", (_pot, other) => ({ deviceId: other.deviceId })],
    ['no device', () => ({ deviceId: '000000000000000000000000' })],
    ['an empty secret', () => ({ secret: '' })],
  ])('is refused with %s: CONNACK 5, and a line in the log', async (_name, change) => {
    const { pot, begin, connect, logged } = await startBroker()
    const [fern, ivy] = [await pot(), await pot()]
    const error = await accepted(begin({ ...fern, ...change(fern, ivy) })).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 5 })
    await logged(({ level, message }) => level === 'warn' && message === 'A device was refused')
    await connect(fern)
  })

  it('is disconnected once it publishes for another with QoS 0', async () => {
    const { pot, connect, lines } = await startBroker()
    const [fern, ivy] = [await pot(), await pot()]
    const client = await connect(fern)
    client.publish(`losant/${ivy.deviceId}/state`, state(1), { qos: 0 }, () => {})
    await gone(client)
    expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([{ message: 'A device was disconnected' }])
  })
})
