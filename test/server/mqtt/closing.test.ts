/** How the broker ends. */
import { describe, expect, it } from 'vitest'
import { connectToPort } from '../http/raw-connection.ts'
import { gone, startBroker } from './test-broker.ts'

const state = (moisture: number) => JSON.stringify({ data: { moisture } })

describe('a broker that closes', () => {
  it('stores and acknowledges what it has begun, and takes nothing more', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let isHeld = false
    const broker = await startBroker({
      store: (store) => ({
        ...store,
        read: store.read,
        write: async (work) => {
          if (isHeld) await held
          return store.write(work)
        },
        close: () => store.close(),
      }),
    })
    const fern = await broker.pot()
    const client = await broker.connect(fern)
    const topic = `losant/${fern.deviceId}/state`
    isHeld = true
    const begun = client.publishAsync(topic, state(1), { qos: 1 })
    await broker.logged(({ message }) => message === 'A device connected')
    // It has arrived once its peer, which came after it on the same connection, has.
    await client.subscribeAsync(`losant/${fern.deviceId}/command`)
    const closed = broker.broker.close()
    client.publish(topic, state(2), { qos: 1 }, () => {})
    release()
    await begun
    await Promise.all([closed, gone(client)])
    expect(await broker.store.read.selectFrom('device_states').selectAll().execute()).toHaveLength(1)
  })

  it('does not wait for who never said a word, or never reads', async () => {
    const broker = await startBroker()
    const silent = connectToPort(broker.port)
    await new Promise<void>((resolve) => silent.socket.once('connect', resolve))
    await broker.connect(await broker.pot())
    const [connection] = [silent.closed()]
    await broker.broker.close()
    await connection
    expect(broker.broker.connectionCount).toBe(0)
  })

  it('refuses who comes after', async () => {
    const broker = await startBroker()
    await broker.broker.close()
    const late = connectToPort(broker.port)
    expect(await late.closed()).toBe('')
  })

  it('may be closed twice, and without waiting', async () => {
    const broker = await startBroker()
    await broker.connect(await broker.pot())
    broker.broker.closeNow()
    await Promise.all([broker.broker.close(), broker.broker.close()])
    expect(broker.broker.connectionCount).toBe(0)
  })
})
