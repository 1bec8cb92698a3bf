/** Runs of the real process are recorded, shown and replayed. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type Flowpot, request, runCli } from './flowpot-process.ts'
import { it } from './it.ts'

const flow = `name: Water
on: { endpoint: 'POST /water' }
nodes:
  - { id: say, type: debug, message: Watering << data.body.plant >> }
  - { id: make, type: api, call: devices.post, with: { device: { name: << data.body.plant >> } }, result: working.device }
  - { id: fail, type: throw, message: No water for << data.body.plant >> }
`
const files = { 'application.yaml': 'name: w\n', 'water.yaml': flow }
const body = { plant: 'Fern', password: 'hunter2hunter2' }

const water = (flowpot: Flowpot) => request(`${flowpot.experience}/water`, { method: 'POST', body })
const admin = (flowpot: Flowpot, path: string) =>
  request(`${flowpot.platform}/applications/${flowpot.applicationId}${path}`, { token: flowpot.adminToken ?? '' })

describe('a run', () => {
  it('that fails is kept over a restart, traced from the second failure on, and can be replayed', async ({ scene }) => {
    const [folder, data] = [await scene.folder(files), await scene.folder()]
    const first = await scene.start({ folder, data })
    await water(first)
    await water(first)
    expect(await first.stop()).toBe(0)

    const second = await scene.start({ folder, data })
    const listed = await admin({ ...second, adminToken: first.adminToken }, '/runs?flowId=water')
    expect(listed.body).toMatchObject([
      { flow: 'water', outcome: 'failed', error: { code: 'RUN_FAILED', node: 'fail', line: 6 } },
      { flow: 'water', outcome: 'failed' },
    ])
    const [{ id }, { id: firstId }] = listed.body as [{ id: string }, { id: string }]
    const record = (await admin({ ...second, adminToken: first.adminToken }, `/runs/${id}`)).body
    expect(record).toMatchObject({
      isTraced: true,
      visits: [{ node: 'say' }, { node: 'make' }, { node: 'fail', output: null }],
    })
    expect((await admin({ ...second, adminToken: first.adminToken }, `/runs/${firstId}`)).body).toMatchObject({
      isTraced: false,
      payload: { data: { body: { plant: 'Fern', password: '[redacted]' } } },
    })
    expect(await second.stop()).toBe(0)

    const file = join(data, 'run.json')
    await writeFile(file, JSON.stringify(record))
    expect(await readFile(file, 'utf8')).not.toContain('hunter2')
    expect(await runCli(['replay', file])).toMatchObject({ code: 0, output: 'Equal: 3 steps of water, 1 call.\n' })
    const changed = join(data, 'changed.yaml')
    await writeFile(changed, flow.replace('name: << data.body.plant >>', 'name: Plant'))
    const against = await runCli(['replay', '-', '--folder', folder, '--against', changed], {
      input: JSON.stringify(record),
    })
    expect(against).toMatchObject({ code: 1, output: expect.stringContaining('Step 2, make (api)') })
  })

  it('can be watched live, and every run is kept with --record all', async ({ scene }) => {
    const flowpot = await scene.start({ folder: await scene.folder(files), args: ['--record', 'all'] })
    const stream = (path: string) =>
      fetch(`${flowpot.platform}/applications/${flowpot.applicationId}${path}`, {
        headers: { authorization: `Bearer ${flowpot.adminToken}`, accept: 'text/event-stream' },
      })
    let [debug, runs] = ['', '']
    const read = async (response: Response, add: (text: string) => void) => {
      for await (const part of response.body ?? []) add(Buffer.from(part).toString())
    }
    const ends = [
      read(await stream('/debug'), (text) => (debug += text)),
      read(await stream('/runs'), (text) => (runs += text)),
    ]
    await water(flowpot)
    await expect.poll(() => `${debug}${runs}`).toMatch(/event: debug.*event: run\n/s)
    expect(debug).toMatch(/"node":"say","level":"info","message":"Watering Fern"/)
    expect(`${debug}${runs}`).not.toContain('hunter2')
    expect((await admin(flowpot, '/runs')).body).toMatchObject([{ flow: 'water' }])
    expect(await flowpot.stop()).toBe(0)
    await Promise.all(ends)
  })
})
