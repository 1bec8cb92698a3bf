/** How the process ends. */
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, type ExpectStatic, expect } from 'vitest'
import { beginRequest } from './begin-request.ts'
import { copyCheckout } from './copy-checkout.ts'
import { type Flowpot, request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'
import { fern, register, signUp } from './lom-client.ts'

/** Opens two on each listener: one that stays open after a request, and one that never sends any. */
async function openIdleConnections(scene: Scene, { experience, platform }: Flowpot): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  scene.after(() => agent.destroy())
  for (const url of [`${experience}/no-such-route`, `${platform}/healthz`]) {
    const [response] = await once(get(url, { agent }), 'response')
    response.resume()
    await once(response, 'end')
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname).on('error', () => {})
    scene.after(() => socket.destroy())
    await once(socket, 'connect')
  }
}

/** Waits until nothing listens there. */
async function expectRefused(expect: ExpectStatic, url: string): Promise<void> {
  await expect.poll(() => request(url).catch(({ cause }) => cause.code)).toBe('ECONNREFUSED')
}

const stopping = /SIG(TERM|INT): finishing what runs\.\n/

describe.concurrent.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('lets a request in flight finish, takes no new connection, waits for no idle one, and exits 0', async ({
    scene,
    expect,
  }) => {
    const flowpot = await scene.start()
    const token = await signUp(flowpot)
    await openIdleConnections(scene, flowpot)
    const inFlight = await beginRequest(`${flowpot.experience}/devices`, { token, body: fern })
    flowpot.child.kill(signal)
    await flowpot.stderr.until(stopping)
    // npm does the same: it passes Ctrl-C on to a process that already got it from the terminal.
    flowpot.child.kill(signal)
    await expectRefused(expect, `${flowpot.experience}/no-such-route`)
    await expectRefused(expect, `${flowpot.platform}/readyz`)
    expect(flowpot.child.exitCode).toBeNull()

    const { status, headers, body } = await inFlight.finish()
    expect({ status, connection: headers.connection }).toEqual({ status: 201, connection: 'close' })
    expect(body).toMatchObject({ deviceId: expect.stringMatching(/^[0-9a-f]{24}$/) })
    const finishedAt = performance.now()
    expect(await flowpot.ended()).toBe(0)
    // Sooner than it would have given up on them.
    expect(performance.now() - finishedAt).toBeLessThan(9900)
    expect(flowpot.errors()).toBe(`${signal}: finishing what runs.\n`)
  })
})

describe.concurrent('stopping', () => {
  it('waits for a run that waits for the database', async ({ scene }) => {
    const data = await scene.folder()
    const flowpot = await scene.start({ data })
    const token = await signUp(flowpot)
    const other = new Database(join(data, 'flowpot.db'))
    scene.after(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const inFlight = await beginRequest(`${flowpot.experience}/devices`, { token, body: fern })
    const answered = inFlight.finish()
    // By the time that it has answered another request with a body, it has that of the first one.
    expect(await request(`${flowpot.experience}/devices`, { method: 'POST', token, body: {} })).toMatchObject({
      status: 400,
    })
    flowpot.child.kill('SIGTERM')
    await flowpot.stderr.until(stopping)
    other.exec('ROLLBACK')
    expect(await answered).toMatchObject({ status: 201 })
    expect(await flowpot.ended()).toBe(0)
  })

  it('ends at once when somebody presses Ctrl-C again', async ({ scene }) => {
    const flowpot = await scene.start()
    const inFlight = await beginRequest(`${flowpot.experience}/users`, { body: {} })
    flowpot.child.kill('SIGINT')
    await flowpot.stderr.until(stopping)
    // A signal within the first second counts as the same one. Had the process waited and given up, it would have exited 0.
    const pressing = setInterval(() => flowpot.child.kill('SIGINT'), 100)
    scene.after(() => clearInterval(pressing))
    expect(await flowpot.ended()).toBe('SIGINT')
    await inFlight.dropped
  })

  it('gives up after 10 s on a client that never sends its body, and exits 0', async ({ scene }) => {
    const flowpot = await scene.start()
    const inFlight = await beginRequest(`${flowpot.experience}/users`, { body: {} })
    const startedAt = performance.now()
    expect(await flowpot.stop()).toBe(0)
    expect(performance.now() - startedAt).toBeGreaterThan(9900)
    await inFlight.dropped
  })
})

function groupOf({ child }: Flowpot): number {
  if (child.pid === undefined) throw new Error('The process did not start.')
  return -child.pid
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.concurrent('npm start', () => {
  it.for([
    { what: 'Ctrl-C, which reaches all of the group', signal: 'SIGINT', toGroup: true, npmArgs: [] },
    { what: 'SIGTERM to npm alone', signal: 'SIGTERM', toGroup: false, npmArgs: ['--ignore-scripts'] },
  ] as const)(
    'finishes what runs on $what, exits 0, and leaves no process',

    async ({ signal, toGroup, npmArgs }, { scene, expect }) => {
      // `npm start` builds, and other tests run what is built in the checkout.
      const cwd = await copyCheckout(scene)
      const flowpot = await scene.start({
        cwd,
        command: ['npm', 'start', ...npmArgs, '--'],
        folder: 'flows',
        detached: true,
      })
      const group = groupOf(flowpot)
      scene.after(() => isAlive(group) && process.kill(group, 'SIGKILL'))
      const token = await signUp(flowpot)
      await register(flowpot, token)
      const inFlight = await beginRequest(`${flowpot.experience}/devices`, { token, body: fern })
      process.kill(toGroup ? group : -group, signal)
      await flowpot.stderr.until(stopping)
      expect(await inFlight.finish()).toMatchObject({ status: 201 })
      expect(await flowpot.ended()).toBe(0)
      // esbuild has a process of its own, which ends soon after the build.
      await expect.poll(() => isAlive(group)).toBe(false)
    },
  )
})
