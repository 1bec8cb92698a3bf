/** A flow that another flow starts, at the real process. */
import { describe } from 'vitest'
import { request } from './flowpot-process.ts'
import { it } from './it.ts'

const order = `name: Order
on:
  - { endpoint: POST /orders, then: take }
  - { endpoint: GET /orders, then: read }
nodes:
  - id: take
    type: workflow-trigger
    flow: work
    button: Go
    data: { pot: << data.body.pot >> }
    result: working.started
  - { type: reply, status: 202, body: << working.started >>, next: end }
  - { id: read, type: get-value, key: last, scope: application, result: working.last }
  - { type: reply, status: 200, body: { last: << working.last >> } }
`
const work = `name: Work
on: { button: Go }
nodes:
  - { type: delay, seconds: 1 }
  - { type: store-value, key: last, scope: application, value: << data.pot >> }
`

describe.concurrent('a flow that was started for a client', () => {
  it('comes to its end, though the process was killed once the client had its answer', async ({ scene, expect }) => {
    const folder = await scene.folder({ 'application.yaml': 'name: a\n', 'order.yaml': order, 'work.yaml': work })
    const data = await scene.folder()
    const first = await scene.start({ folder, data })
    const taken = await request(`${first.experience}/orders`, { method: 'POST', body: { pot: 'Fern' } })
    expect(taken).toMatchObject({ status: 202, body: { runId: expect.stringMatching(/^[0-9a-f]{24}$/) } })
    expect((await request(`${first.experience}/orders`)).body).toEqual({})
    expect(await first.stop('SIGKILL')).toBe('SIGKILL')

    const second = await scene.start({ folder, data })
    await expect.poll(() => request(`${second.experience}/orders`)).toMatchObject({ body: { last: 'Fern' } })
    expect(await second.stop()).toBe(0)
  })
})
