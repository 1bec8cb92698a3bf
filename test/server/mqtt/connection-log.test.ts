/** What is noted of a device's connections. */
import { describe, expect, it } from 'vitest'
import { gone, startBroker } from './test-broker.ts'

describe('the log of connections', () => {
  it('has each connection of a device in order, with reasons and counts, and who took over', async () => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const told: [string, number][] = []
    broker.platform.events.on('deviceConnected', ({ time }) => told.push(['connected', time]))
    broker.platform.events.on('deviceDisconnected', ({ connectedAt = 0 }) => told.push(['disconnected', connectedAt]))
    const first = await broker.connect(fern)
    await first.publishAsync(`losant/${fern.deviceId}/state`, '{"data":{"moisture":1}}', { qos: 1 })
    broker.clock.ms += 1000
    const second = await broker.connect(fern)
    await gone(first)
    await second.endAsync()
    await broker.broker.close()
    const rows = await broker.store.read
      .selectFrom('device_log')
      .select(['time', 'connected', 'message', 'messages_from_client', 'messages_to_client'])
      .where('device_id', '=', fern.deviceId)
      .orderBy('id')
      .execute()
    expect(rows).toMatchObject([
      { connected: 1 },
      { connected: 0, message: 'The device connected anew.', messages_from_client: 1, messages_to_client: 0 },
      { connected: 1 },
      { connected: 0, message: 'The device disconnected.', messages_from_client: 0, messages_to_client: 0 },
    ])
    const [firstAt, , secondAt] = rows.map(({ time }) => time)
    expect(told).toEqual([
      ['connected', firstAt],
      ['disconnected', firstAt],
      ['connected', secondAt],
      ['disconnected', secondAt],
    ])
  })

  it('is written whole before the broker has closed', async () => {
    const broker = await startBroker()
    const pots = await Promise.all(Array.from({ length: 20 }, () => broker.pot()))
    await Promise.all(pots.map((pot) => broker.connect(pot)))
    await broker.broker.close()
    const rows = await broker.store.read.selectFrom('device_log').select(['connected', 'message']).execute()
    expect(rows.filter(({ connected }) => connected === 1)).toHaveLength(20)
    expect(rows.filter(({ message }) => message === 'The server stopped.')).toHaveLength(20)
    const open = await broker.store.read.selectFrom('devices').select('id').where('connected', '=', 1).execute()
    expect(open).toEqual([])
  })
})
