/** The built product: what starts flows, each once, and nodes whose package is bundled. */
import { describe, expect, vi } from 'vitest'
import { triggerTypes } from '../../nodes/index.ts'
import { request } from './flowpot-process.ts'
import { it } from './it.ts'
import { api, connect } from './mqtt-client.ts'

/** The flows write down what started them. */
const note = (key: string, on: string) => `name: Note ${key}
on: ${on}
nodes: [ { type: store-value, scope: application, key: ${key}, value: << triggerType >> } ]
`

const flows = {
  'application.yaml': 'name: every\n',
  'noted.yaml': `name: Noted
on: { endpoint: GET /noted }
nodes:
  - { type: store-value, scope: application, key: endpoint, value: << triggerType >> }
  - { type: custom-node, node: remember, with: { key: custom-node } }
  - { type: get-value, all: true, scope: application, result: working.noted }
  - { type: reply, body: << working.noted >> }
`,
  'remember.yaml': `name: Remember
on: { custom-node: remember, inputs: { key: {} } }
nodes:
  - { type: store-value, scope: application, key: << data.key >>, value: << triggerType >> }
  - { type: return, value: true }
`,
  'fail.yaml': 'name: Fail\non: { endpoint: GET /fail }\nnodes: [ { type: throw, message: broken } ]\n',
  'error.yaml': note('error', '{ error: global }'),
  'button.yaml': note('button', '{ button: Press }'),
  'state.yaml': note('device-state', '{ device-state: all }'),
  'connect.yaml': note('device-connect', '{ device-connect: all }'),
  'disconnect.yaml': note('device-disconnect', '{ device-disconnect: all }'),
  'inactivity.yaml': note('device-inactivity', '{ device-inactivity: all, seconds: 1 }'),
  'created.yaml': note('device-created', '{ device-created: all }'),
  'timer.yaml': note('timer', '{ timer: { seconds: 1 } }'),
  'webhook.yaml': note('webhook', '{ webhook: bell }'),
  'mqtt.yaml': note('mqtt', '{ mqtt: doors/+ }'),
  'token.yaml': `name: Token
on: { endpoint: POST /token }
nodes:
  - { type: jwt-create, claims: << data.body >>, key: It is a secret, ttlSeconds: 60, result: working.token }
  - { type: jwt-verify, token: << working.token >>, key: It is a secret, result: working.claims }
  - { type: jwt-verify, token: << working.token >>, key: It is another, errorResult: working.problem, then: decode, else: decode }
  - { id: decode, type: jwt-decode, token: << working.token >>, complete: true, result: working.decoded }
  - type: reply
    body: { claims: << working.claims >>, problem: << working.problem >>, header: << working.decoded.header >> }
`,
}

describe.concurrent('the built product', () => {
  it('starts flows by every trigger there is', async ({ scene }) => {
    const flowpot = await scene.start({ folder: await scene.folder(flows) })
    const call = api(flowpot)
    const attributes = [{ name: 'moisture', dataType: 'number' }]
    const { body: device } = await call('POST', '/devices', { name: 'Fern', attributes })
    const { body: key } = await call('POST', '/keys', { filterType: 'all' })
    const { id: deviceId } = device as { id: string }
    const { key: accessKey, secret: accessSecret } = key as { key: string; secret: string }
    const client = await connect(scene, flowpot.mqtt, { deviceId, accessKey, accessSecret })
    await client.publishAsync(`losant/${deviceId}/state`, '{"data":{"moisture":1}}', { qos: 1 })
    await client.publishAsync('doors/front', 'open', { qos: 1 })
    await client.endAsync()
    await request(`${flowpot.experience}/webhooks/bell`, { method: 'POST' })
    await call('POST', '/flows/button/virtualButton', { key: 'Press', payload: {} })
    expect((await request(`${flowpot.experience}/fail`)).status).toBe(500)

    const keys = triggerTypes.map((type) => type.key).sort()
    await vi.waitFor(
      async () => {
        const { body } = await request(`${flowpot.experience}/noted`)
        expect(Object.keys(body as object).sort()).toEqual(keys)
      },
      { timeout: 20_000, interval: 200 },
    )
    expect(await flowpot.stop()).toBe(0)
  })

  it('makes, verifies and reads JSON Web Tokens', async ({ scene }) => {
    const flowpot = await scene.start({ folder: await scene.folder(flows) })
    const claims = { sub: 'fern', roles: ['plant'] }
    const made = await request(`${flowpot.experience}/token`, { method: 'POST', body: claims })
    expect(made).toMatchObject({
      status: 200,
      body: { claims, problem: { type: 'TokenInvalid' }, header: { alg: 'HS256', typ: 'JWT' } },
    })
    const given = await request(`${flowpot.experience}/token`, { method: 'POST', body: { exp: 'soon' } })
    expect(given.status).toBe(500)
    expect(flowpot.errors()).toContain('exp must be a whole number of seconds since 1970.')
    expect(await flowpot.stop()).toBe(0)
  })
})
