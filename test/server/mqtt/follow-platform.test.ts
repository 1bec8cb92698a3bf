/** What the platform changes under a device that is connected. */
import { describe, expect, it } from 'vitest'
import { flowActor } from '../../../platform/auth/actor.ts'
import { accepted, gone, type Pot, startBroker, type TestBroker } from './test-broker.ts'

const state = (moisture: number) => JSON.stringify({ data: { moisture } })

async function patchKey({ ok }: TestBroker, { keyId }: Pot, applicationKey: object): Promise<void> {
  await ok('applicationKey.patch', { applicationKeyId: keyId, applicationKey }, flowActor)
}

describe('a connected device', () => {
  it.each<[string, (broker: TestBroker, pot: Pot) => Promise<unknown>, boolean]>([
    ['its key is revoked', (broker, pot) => patchKey(broker, pot, { status: 'inactive' }), false],
    ['its key is deleted', ({ ok }, { keyId }) => ok('applicationKey.delete', { applicationKeyId: keyId }), false],
    [
      'its key is not for its address any more',
      (broker, pot) => patchKey(broker, pot, { addressFilterType: 'blacklist', addresses: ['127.0.0.0/8', '::1'] }),
      false,
    ],
    ['it is deleted', ({ ok }, { deviceId }) => ok('device.delete', { deviceId }), false],
    ['the topics of its key change', (broker, pot) => patchKey(broker, pot, { filterType: 'all' }), true],
  ])('is disconnected at once when %s, and its will is not heard', async (_name, change, mayReturn) => {
    const broker = await startBroker()
    const fern = await broker.pot()
    const will = {
      topic: `losant/${fern.deviceId}/state`,
      payload: Buffer.from(state(0)),
      qos: 1 as const,
      retain: false,
    }
    const client = await broker.connect(fern, { will })
    const closed = gone(client)
    await change(broker, fern)
    await closed
    if (mayReturn) await broker.connect(fern)
    else await expect(accepted(broker.begin(fern))).rejects.toMatchObject({ code: 5 })
    await broker.broker.close()
    expect(await broker.store.read.selectFrom('device_states').selectAll().execute()).toEqual([])
  })

  it('is disconnected when the tag goes by which its key was good for it', async () => {
    const broker = await startBroker()
    const tags = [{ key: 'floor', value: '1' }]
    const { deviceId } = await broker.ok<{ deviceId: string }>('devices.post', { device: { name: 'Fern', tags } })
    const key = await broker.ok<{ id: string; key: string; secret: string }>('applicationKeys.post', {
      applicationKey: { deviceTags: tags },
    })
    const pot = { deviceId, keyId: key.id, key: key.key, secret: key.secret }
    const client = await broker.connect(pot)
    const closed = gone(client)
    await broker.ok('device.patch', { deviceId, device: { tags: [] } })
    await closed
  })

  it('stays when its key changes in what is nothing to it, or another key does', async () => {
    const broker = await startBroker()
    const [fern, ivy] = [await broker.pot(), await broker.pot()]
    const client = await broker.connect(fern)
    await patchKey(broker, fern, { description: 'new' })
    await patchKey(broker, ivy, { status: 'inactive' })
    await broker.ok('device.patch', { deviceId: fern.deviceId, device: { name: 'Another' } })
    await client.publishAsync(`losant/${fern.deviceId}/state`, state(1), { qos: 1 })
    expect(client.connected).toBe(true)
    expect(broker.lines.filter(({ message }) => message === 'A device disconnected')).toEqual([])
  })

  it('is not let in by a sign-in that was under way when its key was revoked', async () => {
    let revoke = () => {}
    const broker = await startBroker({
      store: (store) => ({
        ...store,
        get read() {
          revoke()
          return store.read
        },
        write: (work) => store.write(work),
        close: () => store.close(),
      }),
    })
    const fern = await broker.pot()
    // As the sign-in reads the key: what it reads is from before.
    let isRevoked = false
    revoke = () => {
      if (isRevoked) return
      isRevoked = true
      queueMicrotask(() => void patchKey(broker, fern, { status: 'inactive' }))
    }
    const client = broker.begin(fern)
    await accepted(client).catch(() => {})
    await new Promise<void>((resolve) => {
      if (client.disconnected && client.stream.destroyed) return resolve()
      client.stream.once('close', () => resolve())
    })
    expect(client.connected).toBe(false)
  })
})
