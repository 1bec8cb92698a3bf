/** The story of the README, from outside: over HTTP and MQTT. `.ci/packed` runs this file alone, on the installed package. */
import { describe, expect } from 'vitest'
import { request } from './flowpot-process.ts'
import { it } from './it.ts'
import { signUp } from './lom-client.ts'
import { connect } from './mqtt-client.ts'
import { tellStory } from './tell-story.ts'

describe('lōm', () => {
  it('signs up a person and registers a pot, which reports and is commanded by its owner and by nobody else', async ({
    scene,
  }) => {
    const flowpot = await scene.start()
    const { token, credentials } = await tellStory(flowpot)
    const { deviceId } = credentials
    const pots = `${flowpot.experience}/devices`
    const pot = `${pots}/${deviceId}`

    const client = await connect(scene, flowpot.mqtt, credentials)
    const state = JSON.stringify({ data: { moisture: 42 } })
    await client.publishAsync(`losant/${deviceId}/state`, state, { qos: 1 })
    expect(await request(pots, { token })).toMatchObject({
      status: 200,
      body: [
        {
          id: deviceId,
          name: 'My Awesome Plant',
          tags: { manufacturerId: ['000000'] },
          attributes: [expect.objectContaining({ name: 'moisture' })],
        },
      ],
    })
    expect(await request(`${pot}/data`, { token })).toMatchObject({ status: 200, body: [{ value: 42 }] })

    await client.subscribeAsync(`losant/${deviceId}/command`, { qos: 1 })
    const heard = new Promise<string>((resolve) => client.once('message', (_, message) => resolve(String(message))))
    const command = { name: 'water', payload: { seconds: 3 } }
    const sent = { status: 200, body: { success: true } }
    expect(await request(`${pot}/commands`, { method: 'POST', token, body: command })).toMatchObject(sent)
    expect(JSON.parse(await heard)).toMatchObject(command)

    const stranger = await signUp(flowpot, 'bob@lom.example')
    expect(await request(pots, { token: stranger })).toMatchObject({ status: 200, body: [] })
    const forbidden = { status: 403, body: { error: 'Forbidden' } }
    expect(await request(`${pot}/data`, { token: stranger })).toMatchObject(forbidden)
    expect(await request(`${pots}/not-a-real-value/data`, { token })).toMatchObject(forbidden)
    expect(await request(`${pot}/commands`, { method: 'POST', token: stranger, body: command })).toMatchObject(
      forbidden,
    )
    expect(await flowpot.stop()).toBe(0)
  })
})
