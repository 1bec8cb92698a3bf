/** Flows that no request starts, over the real process. */
import { describe } from 'vitest'
import type { Flowpot } from './flowpot-process.ts'
import { request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'
import { api, connect } from './mqtt-client.ts'

/** Says of each moisture that was reported, at its time, that a run has seen it. */
const echo = `name: Echo
on: { device-state: all, attributes: [moisture] }
nodes:
  - type: device-state
    deviceId: << triggerId >>
    state: { seen: << data.moisture >> }
    time: << time >>
`

const device = {
  name: 'pot',
  attributes: [
    { name: 'moisture', dataType: 'number' },
    { name: 'seen', dataType: 'number' },
  ],
}

interface Pot {
  readonly deviceId: string
  readonly accessKey: string
  readonly accessSecret: string
}

/** Devices that share a key. */
async function makePots(flowpot: Flowpot, adminToken: string, count: number): Promise<Pot[]> {
  const call = api({ ...flowpot, adminToken })
  const made = await Promise.all(Array.from({ length: count }, () => call('POST', '/devices', device)))
  const key = (await call('POST', '/keys', {})).body as { key: string; secret: string }
  return made.map(({ body }) => ({
    deviceId: (body as { id: string }).id,
    accessKey: key.key,
    accessSecret: key.secret,
  }))
}

/** Reports on and on; tells the time of each state that was acknowledged, and ends when the process does. */
async function publishUntilItDies(
  scene: Scene,
  { mqtt }: Flowpot,
  pot: Pot,
  acknowledge: (deviceId: string, time: number) => void,
): Promise<void> {
  const client = await connect(scene, mqtt, pot)
  const gone = new Promise<'gone'>((resolve) => client.once('close', () => resolve('gone')))
  for (let time = Date.now(); ; time++) {
    const state = JSON.stringify({ data: { moisture: time % 1000 }, time })
    const published = client.publishAsync(`losant/${pot.deviceId}/state`, state, { qos: 1 }).catch(() => 'gone')
    if ((await Promise.race([published, gone])) === 'gone') return
    acknowledge(pot.deviceId, time)
  }
}

describe.concurrent('SIGKILL under load', () => {
  it('loses no state that was acknowledged, and no run that one has started', async ({ scene, expect }) => {
    const folder = await scene.folder({ 'application.yaml': 'name: echo\n', 'echo.yaml': echo })
    const data = await scene.folder()
    const first = await scene.start({ folder, data })
    const adminToken = String(first.adminToken)
    const pots = await makePots(first, adminToken, 50)
    const acknowledged = new Map(pots.map(({ deviceId }) => [deviceId, new Set<string>()]))
    let count = 0
    const acknowledge = (deviceId: string, time: number) => {
      acknowledged.get(deviceId)?.add(new Date(time).toISOString())
      if (++count === 1000) first.child.kill('SIGKILL')
    }
    await Promise.all(pots.map((pot) => publishUntilItDies(scene, first, pot, acknowledge)))
    expect(await first.ended()).toBe('SIGKILL')

    const second = { ...(await scene.start({ folder, data })), adminToken }
    const call = api(second)
    const missing = async () => {
      const all = await Promise.all(
        pots.map(async ({ deviceId }) => {
          const { body } = await call('GET', `/devices/${deviceId}/state?limit=1000`)
          const states = body as { time: string; data: { moisture?: number; seen?: number } }[]
          const seen = new Set(states.filter(({ data }) => data.moisture === data.seen).map(({ time }) => time))
          return [...(acknowledged.get(deviceId) ?? [])].filter((time) => !seen.has(time))
        }),
      )
      return all.flat()
    }
    await expect.poll(missing).toEqual([])
    expect(count).toBeGreaterThanOrEqual(1000)
    expect((await call('GET', '/flows/echo/errors')).body).toMatchObject({ errors: [] })
    expect(second.errors()).toBe('')
    expect(await second.stop()).toBe(0)
  })
})

const tally = `name: Tally
on:
  - { timer: { seconds: 1 }, then: tick }
  - { mqtt: doors/+, then: door }
  - { webhook: bell, then: ring }
nodes:
  - { id: tick, type: device-state, deviceId: << globals.pot >>, state: { ticked: true }, then: end }
  - { id: door, type: device-state, deviceId: << globals.pot >>, state: { door: "<< triggerId >> << data >>" }, then: end }
  - { id: ring, type: device-state, deviceId: << globals.pot >>, state: { bell: << data.body.by >> } }
`
const pot = 'a'.repeat(24)
const application = `name: tally
globals: { pot: "${pot}" }
seeds:
  devices:
    - id: "${pot}"
      name: Tally
      attributes:
        - { name: ticked, dataType: boolean }
        - { name: door, dataType: string }
        - { name: bell, dataType: string }
`

describe.concurrent('a flow', () => {
  it('is started by a clock, a topic and a webhook', async ({ scene, expect }) => {
    const folder = await scene.folder({ 'application.yaml': application, 'tally.yaml': tally })
    const flowpot = await scene.start({ folder })
    const call = api(flowpot)
    const key = (await call('POST', '/keys', { filterType: 'all' })).body as { key: string; secret: string }
    const client = await connect(scene, flowpot.mqtt, {
      deviceId: pot,
      accessKey: key.key,
      accessSecret: key.secret,
    })
    await client.publishAsync('doors/front', 'open', { qos: 1 })
    const rung = await request(`${flowpot.experience}/webhooks/bell`, { method: 'POST', body: { by: 'Ada' } })
    expect(rung).toMatchObject({ status: 200, body: { success: true } })
    await expect
      .poll(() => call('GET', `/devices/${pot}/compositeState`))
      .toMatchObject({
        body: { ticked: { value: true }, door: { value: 'doors/front open' }, bell: { value: 'Ada' } },
      })
    expect(flowpot.errors()).toBe('')
    expect(await flowpot.stop()).toBe(0)
  })

  it('that fails is shown with its node', async ({ scene, expect }) => {
    const flow = 'name: Fail\non: { webhook: fail }\nnodes: [ { id: broken, type: throw, message: "No water." } ]\n'
    const flowpot = await scene.start({
      folder: await scene.folder({ 'application.yaml': 'name: f\n', 'fail.yaml': flow }),
    })
    await request(`${flowpot.experience}/webhooks/fail`, { method: 'POST' })
    const failed = {
      nodeId: 'broken',
      file: expect.stringMatching(/fail\.yaml$/),
      error: { message: expect.stringContaining('No water.') },
    }
    await expect.poll(() => api(flowpot)('GET', '/flows/fail/errors')).toMatchObject({ body: { errors: [failed] } })
    expect(await flowpot.stop()).toBe(0)
  })
})
