/** What administrators see of runs, and how they start one. */
import { afterAll, describe, expect, test } from 'vitest'
import { openStream } from '../http/open-stream.ts'
import { openRest } from './rest-scene.ts'

const flow = (name: string, nodes: string) => `name: ${name}\non: { button: Go }\nnodes: ${nodes}\n`
let goOn = () => {}
const waits = new Promise<void>((resolve) => {
  goOn = resolve
})
const flows = {
  water: flow('Water', '[ { id: say, type: debug, message: "Watering << data.plant >>" } ]'),
  fail: flow('Fail', '[ { type: throw, message: No water } ]'),
  pots: 'name: Pots\non: { endpoint: GET /pots }\nnodes: [ { type: reply, status: 200, body: [] } ]\n',
  meta: flow('Meta', '[ { id: say, type: debug, message: "<< meta.by >> of << data >>" } ]'),
  wait: flow('Wait', '[ { id: say, type: debug, message: Waiting }, { type: delay, seconds: 1 } ]'),
}
const scene = await openRest(flows, { sleep: () => waits })
afterAll(() => scene.close())
const { token } = await scene.addToken(['all.Application'])

async function ask(path: string, button?: unknown) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const options = button === undefined ? {} : { method: 'POST' as const, payload: JSON.stringify(button) }
  const reply = await scene.app.inject({ url: scene.base + path, headers, ...options })
  return { status: reply.statusCode, body: reply.json() }
}

const press = (flowId: string, button: unknown) => ask(`/flows/${flowId}/virtualButton`, button)
const stream = (path: string) => openStream(scene.app, scene.base + path, token)
const dataOf = (event: string) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '')

/** Presses the button, and resolves with the summary of the run. */
async function run(flowId: string, payload: object = {}) {
  const { next, response } = await stream('/runs')
  expect(await press(flowId, { key: 'Go', payload })).toMatchObject({ status: 200, body: { success: true } })
  const summary = dataOf(await next('}\n\n'))
  response.destroy()
  return summary
}

describe('A button', () => {
  test.each([
    ['water', { key: 'Stay' }, 404, 'The button "Stay" of the flow water was not found'],
    ['nowhere', { key: 'Go' }, 404, 'The button "Go" of the flow nowhere was not found'],
    ['water', null, 400, 'button is required'],
    ['water', {}, 400, 'button.key is required'],
    [
      'water',
      { key: 'Go', deviceId: 'd'.repeat(24) },
      400,
      'button.deviceId is not supported: flows run on the server, and none on a device',
    ],
    [
      'water',
      { key: 'Go', flowVersion: 'v1.2' },
      400,
      'button.flowVersion v1.2 does not exist: a flow has one version, develop, which is also the default',
    ],
    ['water', { key: 'Go', data: {} }, 400, 'button.data is not a field that can be given'],
  ])('of %s is not pressed by %j', async (flowId, button, status, message) => {
    expect(await press(flowId, button)).toEqual({
      status,
      body: { type: status === 404 ? 'NotFound' : 'Validation', message },
    })
  })
})

test('A run has the payload and the meta that its button was pressed with', async () => {
  const debug = await stream('/debug')
  const button = { key: 'Go', payload: 'text', meta: { by: 'Ada' } }
  for (const version of [{}, { flowVersion: 'develop' }, { flowVersion: 'default' }]) {
    expect(await press('meta', { ...button, ...version })).toMatchObject({ status: 200, body: { success: true } })
  }
  expect(dataOf(await debug.next('}\n\n'))).toMatchObject({ flow: 'meta', message: 'Ada of text' })
  debug.response.destroy()
})

describe('Runs', () => {
  test('are streamed as they end, and what they log as they log it', async () => {
    const debug = await stream('/debug')
    const summary = await run('water', { plant: 'Fern' })
    expect(summary).toMatchObject({ flow: 'water', trigger: { type: 'button' }, outcome: 'ok' })
    const message = await debug.next('}\n\n')
    expect(message).toMatch(/^event: debug\n/)
    expect(dataOf(message)).toMatchObject({ flow: 'water', node: 'say', message: 'Watering Fern', run: summary.id })
    debug.response.destroy()
  })

  test('are listed, the newest first, and shown whole', async () => {
    scene.clock.ms += 1000
    const first = await run('water')
    scene.clock.ms += 1000
    const second = await run('fail')
    scene.clock.ms += 1000
    const third = await run('water')
    expect((await ask('/runs')).body.slice(0, 3)).toEqual([third, second, first])
    expect((await ask('/runs?flowId=water&limit=2')).body).toEqual([third, first])
    expect((await ask('/runs?limit=0')).body).toEqual([third])
    expect((await ask('/runs?flowId=none')).body).toEqual([])
    expect(await ask(`/runs/${second.id}`)).toMatchObject({ status: 200, body: { ...second, visits: [{}] } })
    expect(await ask('/runs/none')).toEqual({ status: 404, body: { type: 'NotFound', message: 'Run was not found' } })
  })

  test.each(['limit=many', 'limit=-1', 'limit=', 'outcome=failed', 'flowId=a&flowId=b', 'flowId='])(
    'are not listed by %s',
    async (query) => {
      expect(await ask(`/runs?${query}`)).toMatchObject({ status: 400, body: { type: 'Validation' } })
    },
  )

  test('are told one by one: at once where they have ended, else as soon as they do', async () => {
    const { id } = await run('water')
    const kept = await (await stream(`/runs/${id}`)).rest()
    expect(kept).toMatch(/^event: run\n/)
    expect(dataOf(kept)).toMatchObject({ id, visits: [{ node: 'say' }] })

    const debug = await stream('/debug')
    await press('wait', { key: 'Go' })
    const { run: later } = dataOf(await debug.next('}\n\n'))
    expect((await ask(`/runs/${later}`)).status).toBe(404)
    const ended = await stream(`/runs/${later}`)
    await run('water')
    goOn()
    expect(dataOf(await ended.rest())).toMatchObject({ id: later, flow: 'wait', visits: [{ node: 'say' }, {}] })
    debug.response.destroy()
  })
})

describe('The endpoints', () => {
  test('are described at the root, and the application has no other', async () => {
    const headers = { authorization: `Bearer ${token}` }
    const reply = await scene.app.inject({ url: '/openapi.json', headers })
    expect(reply.json()).toMatchObject({ openapi: '3.1.0', paths: { '/pots': { get: {} } } })
    const other = scene.base.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    expect((await scene.app.inject({ url: `${other}/runs`, headers })).statusCode).toBe(404)
  })

  test.each([
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['DELETE', `${scene.base}/runs/1`, 'GET, HEAD, OPTIONS'],
  ] as const)('take no %s at %s', async (method, url, allow) => {
    const reply = await scene.app.inject({ method, url })
    expect([reply.statusCode, reply.headers.allow]).toEqual([405, allow])
  })
})
