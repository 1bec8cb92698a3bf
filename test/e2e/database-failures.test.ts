/** If the database is locked, full, read-only or damaged, clients get a clear error and the process survives. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { type Answer, type Flowpot, request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'
import { expectKeyIsGood, fern, listDevices, register, signUp } from './lom-client.ts'

/** A connection of another program that keeps everybody else from writing. */
function lock(scene: Scene, data: string): { release(): void } {
  const other = new Database(join(data, 'flowpot.db'))
  scene.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  return { release: () => other.exec('ROLLBACK') }
}

function expectNoTrace(answer: Answer): void {
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  expect(JSON.stringify(answer.body)).not.toMatch(/sqlite|node_modules|\.ts|\.js|\n +at /i)
}

/** Expects that writes are refused with 503 and everything else is served. */
async function expectOnlyReads(flowpot: Flowpot, token: string): Promise<void> {
  const { experience, platform, applicationId } = flowpot
  const adminToken = String(flowpot.adminToken)
  const refused = async (url: string, body: unknown, bearer?: string) => {
    const options = { method: 'POST', body, ...(bearer === undefined ? {} : { token: bearer }) }
    const answer = await request(url, options)
    expect(answer, url).toMatchObject({ status: 503 })
    expectNoTrace(answer)
  }
  const refusals = [
    refused(`${experience}/devices`, fern, token),
    refused(`${experience}/users`, { email: 'eve@lom.example', password: 'correct horse battery' }),
    refused(`${platform}/applications/${applicationId}/devices`, { name: 'Ivy' }, adminToken),
  ]
  expect(await request(`${experience}/no-such-route`)).toMatchObject({ status: 404 })
  expect(await request(`${experience}/devices`, { method: 'POST', token, body: {} })).toMatchObject({ status: 400 })
  expect((await listDevices(flowpot, adminToken)).map(({ name }) => name)).toEqual(['Fern'])
  expect(await request(`${platform}/healthz`)).toMatchObject({ status: 200 })
  await Promise.all(refusals)
}

async function startWithFern(scene: Scene, data: string, options: Parameters<Scene['start']>[0] = {}) {
  const flowpot = await scene.start({ ...options, data })
  const token = await signUp(flowpot)
  const credentials = await register(flowpot, token)
  return { flowpot, token, credentials }
}

describe.concurrent('a database that another process has locked', () => {
  it('lets reads through, makes writes fail with 503 after a while, and takes them again once it is released', async ({
    scene,
  }) => {
    const data = await scene.folder()
    const { flowpot, token, credentials } = await startWithFern(scene, data)
    const { release } = lock(scene, data)
    const startedAt = performance.now()
    await expectOnlyReads(flowpot, token)
    expect(performance.now() - startedAt).toBeGreaterThan(4900)

    const waiting = register(flowpot, token, 'Ivy')
    expect(await request(`${flowpot.experience}/no-such-route`)).toMatchObject({ status: 404 })
    expect(await listDevices(flowpot, String(flowpot.adminToken))).toHaveLength(1)
    release()
    await expectKeyIsGood(flowpot, await waiting)
    await expectKeyIsGood(flowpot, credentials)
    const names = (await listDevices(flowpot, String(flowpot.adminToken))).map(({ name }) => name)
    expect(names.sort()).toEqual(['Fern', 'Ivy'])
    expect(await flowpot.stop()).toBe(0)
  })

  it('keeps a process from starting, which says so and exits 1', async ({ scene }) => {
    const data = await scene.folder()
    const { release } = lock(scene, data)
    await expect(scene.start({ data })).rejects.toThrow(/did not start \(1\): error STORE_\w+: .*lock/)
    release()
    await scene.start({ data })
  })
})

const canLimit = spawnSync('prlimit', ['--version']).status === 0
const ownMounts = ['--map-root-user', '--mount']
const canMount = spawnSync('unshare', [...ownMounts, 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0

const unlessMounts = canMount ? '' : ': NOT RUN, no mount namespaces'

/** Starts the built CLI in a mount namespace of its own, after `prepare`, a line of shell that may use `$DATA`. */
function withMounts(prepare: string): readonly [string, ...string[]] {
  return ['unshare', ...ownMounts, 'sh', '-ec', `${prepare}; exec "$0" "$@"`, process.execPath, 'dist/cli.js', 'start']
}

const readOnly = 'mount --bind "$RO" "$RO"; mount -o remount,bind,ro "$RO"'

describe.concurrent('a disk', () => {
  it.runIf(canMount)(
    `that is full makes writes fail with 503 until there is room${unlessMounts}`,
    async ({ scene }) => {
      const data = await scene.folder()
      const { flowpot, token, credentials } = await startWithFern(scene, data, {
        command: withMounts('mount -t tmpfs -o size=4m,mode=700 tmpfs "$DATA"'),
        env: { DATA: data },
      })
      const filler = join(`/proc/${flowpot.child.pid}/root`, data, 'filler')
      expect(() => writeFileSync(filler, Buffer.alloc(8 << 20))).toThrow('ENOSPC')
      await expectOnlyReads(flowpot, token)
      expect(await request(`${flowpot.experience}/devices`, { method: 'POST', token, body: fern })).toMatchObject({
        status: 503,
        body: { error: 'The database has no space left.' },
      })
      rmSync(filler)
      await expectKeyIsGood(flowpot, await register(flowpot, token, 'Ivy'))
      await expectKeyIsGood(flowpot, credentials)
      expect(await flowpot.stop()).toBe(0)
    },
  )

  it.runIf(canLimit)(
    `that takes no write makes writes fail with 503 until it does${canLimit ? '' : ': NOT RUN, no prlimit'}`,
    async ({ scene }) => {
      const data = await scene.folder()
      const { flowpot, token, credentials } = await startWithFern(scene, data)
      const limit = (bytes: string) => execFileSync('prlimit', ['--pid', `${flowpot.child.pid}`, `--fsize=${bytes}:`])
      limit('0')
      await expectOnlyReads(flowpot, token)
      limit('unlimited')
      await expectKeyIsGood(flowpot, await register(flowpot, token, 'Ivy'))
      await expectKeyIsGood(flowpot, credentials)
      expect(await flowpot.stop()).toBe(0)
    },
  )

  it.runIf(canMount)(
    `that is read-only keeps a process from starting, which names the folder${unlessMounts}`,
    async ({ scene }) => {
      const data = await scene.folder()
      const command = withMounts(readOnly)
      await expect(scene.start({ data, command, env: { RO: data } })).rejects.toThrow(
        `did not start (1): error DATA_FOLDER_UNUSABLE: The data folder ${data} cannot be used: `,
      )
    },
  )
})

describe.concurrent('a database file that is read-only', () => {
  it.runIf(canMount)(`is read, and makes writes fail with 503${unlessMounts}`, async ({ scene }) => {
    const data = await scene.folder()
    const { flowpot: before, token, credentials } = await startWithFern(scene, data)
    expect(await before.stop()).toBe(0)
    const { adminToken } = before
    const command = withMounts(readOnly)
    const flowpot = await scene.start({ data, command, env: { RO: join(data, 'flowpot.db') } })
    await expectOnlyReads({ ...flowpot, adminToken }, token)
    await expectKeyIsGood(flowpot, credentials)
    expect(await request(`${flowpot.experience}/devices`, { method: 'POST', token, body: fern })).toMatchObject({
      body: { error: 'The database cannot be written.' },
    })
    expect(await flowpot.stop()).toBe(0)
  })
})

describe.concurrent('a database file that is damaged', () => {
  it('keeps the process from starting, with a message, and is not changed', async ({ scene }) => {
    const data = await scene.folder()
    const file = join(data, 'flowpot.db')
    const { flowpot } = await startWithFern(scene, data)
    expect(await flowpot.stop()).toBe(0)
    const whole = readFileSync(file)
    const damages = {
      'text in its place': () => writeFileSync(file, 'This is no database.\n'.repeat(500)),
      'overwritten behind its first page': () => writeFileSync(file, Buffer.from(whole).fill(0x5a, 4096)),
    }
    for (const [what, damage] of Object.entries(damages)) {
      damage()
      const damaged = readFileSync(file)
      const { stderr, stdout, ended } = scene.cli(['start', '--port', '0', '--platform-port', '0', '--data', data])
      expect({ what, code: await ended(), output: stdout.text() }).toEqual({ what, code: 1, output: '' })
      expect(stderr.text(), what).toMatch(/^error STORE_CANNOT_OPEN: The store \S+flowpot\.db cannot be opened: \S.*\n/)
      expect(stderr.text(), what).not.toMatch(/^ {4}at /m)
      expect(readFileSync(file).equals(damaged), what).toBe(true)
    }
  })
})
