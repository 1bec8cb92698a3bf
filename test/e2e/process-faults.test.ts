/** What the process lives through. */
import { describe, expect } from 'vitest'
import { request } from './flowpot-process.ts'
import { it } from './it.ts'

/** A fault, made from outside: the server has none that we know of. */
const rejecting = `process.on('SIGUSR2', () => { Promise.reject(new Error('nobody waits')) })`

describe('A promise that is rejected while nobody waits for it', () => {
  it('is logged, and everybody is served as before', async ({ scene }) => {
    const flowpot = await scene.start({
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(rejecting)}` },
    })
    flowpot.child.kill('SIGUSR2')
    const line = await flowpot.stderr.until(/^\{.*nobody waits.*\}\n/m)
    expect(JSON.parse(line)).toMatchObject({ level: 50, err: { message: 'nobody waits' } })
    expect((await request(`${flowpot.platform}/readyz`)).status).toBe(200)
    expect((await request(`${flowpot.experience}/no-such-route`)).status).toBe(404)
    expect(await flowpot.stop()).toBe(0)
  })
})
