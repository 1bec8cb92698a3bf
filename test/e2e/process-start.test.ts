/** How the process starts: what it prints, where it listens, what it refuses. */
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type Flowpot, request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'

const freePorts = ['--port', '0', '--platform-port', '0', '--mqtt-port', '0']

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.')
  return { server, port: address.port }
}

/** Runs the CLI until it exits by itself. */
async function fail(scene: Scene, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { stdout, stderr, ended } = scene.cli(args, env)
  const code = await ended()
  expect(stderr.text()).not.toMatch(/^ {4}at /m)
  return { code, output: stdout.text(), errors: stderr.text() }
}

describe.concurrent('flowpot start', () => {
  it('prints a line for each listener and, only on the first start, the administrator’s token', async ({ scene }) => {
    const data = await scene.folder()
    const first = await scene.start({ data })
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    const expectLines = (lines: Flowpot['lines']) => {
      const [experience, platform, ...others] = lines.filter((line) => !('admin' in line))
      expect(experience).toEqual({ listening: 'experience', url })
      expect(platform).toEqual({ listening: 'platform', url })
      const ready = others.pop()
      expect(ready).toEqual({ ready: true, applicationId: expect.stringMatching(/^[0-9a-f]{24}$/) })
      for (const line of others) expect(line).toEqual({ listening: expect.any(String), url: expect.any(String) })
    }
    expectLines(first.lines)
    expect(first.lines.filter((line) => 'admin' in line)).toEqual([
      { admin: { token: expect.stringMatching(/[0-9a-f]{64}$/) } },
    ])
    expect(first.experience).not.toBe(first.platform)
    expect(await first.stop()).toBe(0)
    expect(first.errors()).toBe('SIGTERM: finishing what runs.\n')

    const second = await scene.start({ data })
    expectLines(second.lines)
    expect(second.lines.filter((line) => 'admin' in line)).toEqual([])
    expect(second.applicationId).toBe(first.applicationId)
    const { adminToken = '' } = first
    const kept = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'))
    expect(adminToken).not.toBe('')
    expect(kept.filter((text) => text.includes(adminToken.slice(-32)))).toEqual([])
  })

  it('prints one readable line for each listener, and the command that first reaches the REST API', async ({
    scene,
  }) => {
    const data = await scene.folder()
    const { child, stdout, ended } = scene.cli(['start', ...freePorts, '--data', data])
    await stdout.until(/^ {2}curl -H "Authorization: Bearer \S+" http:\S+\n/m)
    const [experience, platform] = stdout.text().split('\n')
    expect(experience).toMatch(/^experience {2}http:\/\/127\.0\.0\.1:\d+$/)
    expect(platform).toMatch(/^platform {4}http:\/\/127\.0\.0\.1:\d+$/)
    const [, token = '', url = ''] = /Bearer (\S+)" (\S+)/.exec(stdout.text()) ?? []
    expect(await request(url, { token })).toMatchObject({ status: 200, body: { items: [] } })
    const { origin } = new URL(url)
    expect(await request(`${origin}/healthz`)).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(await request(`${origin}/readyz`)).toMatchObject({ status: 200, body: { status: 'ready' } })
    for (const wrong of ['', 'admin', `${token}0`, token.slice(0, -1)]) {
      expect(await request(url, { token: wrong }), `token ${wrong}`).toMatchObject({ status: 401 })
    }
    for (const password of ['password', 'administrator', 'changeme12345']) {
      const body = { email: 'admin@lom.example', password }
      const answer = await request(`${origin}/auth/user`, { method: 'POST', body })
      expect(answer, `password ${password}`).toMatchObject({ status: 401 })
    }
    child.kill('SIGTERM')
    expect(await ended()).toBe(0)
  })

  it('lists the problems of the flows, exits 1, and creates nothing', async ({ scene }) => {
    const folder = await scene.folder({ 'hello.yaml': 'on:\n  endpoint: GET /hello\nnodes:\n  - type: replay\n' })
    const data = join(await scene.folder(), 'data')
    const { code, output, errors } = await fail(scene, ['start', folder, ...freePorts, '--data', data])
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toMatch(/hello\.yaml:4:11/)
    expect(existsSync(data)).toBe(false)
  })
})

describe.concurrent('a port that is taken', () => {
  it('is named with the setting that moves it, and leaves nothing behind', async ({ scene }) => {
    const data = await scene.folder()
    const { server, port } = await listen()
    scene.after(() => server.close())
    for (const [flag, env, other] of [
      ['--port', 'FLOWPOT_PORT', '--platform-port'],
      ['--platform-port', 'FLOWPOT_PLATFORM_PORT', '--port'],
    ] as const) {
      const { code, output, errors } = await fail(scene, ['start', flag, `${port}`, other, '0', '--data', data])
      expect({ code, output }).toEqual({ code: 1, output: '' })
      expect(errors).toContain(`Port ${port} on 127.0.0.1 is taken`)
      expect(errors).toContain(`${flag} or ${env}`)
    }
    // The data folder is free again, and the token is printed, since it was never shown.
    const { adminToken, platform, applicationId } = await scene.start({ data })
    const token = String(adminToken)
    expect(await request(`${platform}/applications/${applicationId}`, { token })).toMatchObject({ status: 200 })
  })
})

describe.concurrent('a second process on the same data folder', () => {
  it('is refused with the process ID of the first, and can use the folder once the first was killed', async ({
    scene,
  }) => {
    const data = await scene.folder()
    const first = await scene.start({ data })
    const { code, output, errors } = await fail(scene, ['start', ...freePorts, '--json', '--data', data])
    expect(code).toBe(1)
    const message = `The data folder ${data} is in use by process ${first.child.pid}.`
    expect(errors).toContain(message)
    expect(JSON.parse(output)).toEqual({ error: { code: 'DATA_FOLDER_IN_USE', message } })
    expect(await request(`${first.platform}/readyz`)).toMatchObject({ status: 200 })
    expect(first.errors()).toBe('')

    expect(await first.stop('SIGKILL')).toBe('SIGKILL')
    const second = await scene.start({ data })
    expect(second.applicationId).toBe(first.applicationId)
    expect(second.errors()).toBe('')
  })

  it('wins or is refused when both start at once', async ({ scene }) => {
    const data = await scene.folder()
    const started = await Promise.allSettled([1, 2].map(() => scene.start({ data })))
    const won = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const lost = started.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
    expect(won).toHaveLength(1)
    expect(lost).toHaveLength(1)
    expect(lost[0]).toMatch(/did not start \(1\): error DATA_FOLDER_IN_USE: .* by process \d+\./)
    expect(won[0]?.adminToken).toBeDefined()
  })
})

describe.concurrent('a setting that does not fit', () => {
  const secret = 'hunter2hunter2'
  it.for<{ named: string; args?: string[]; env?: Record<string, string> }>([
    { named: 'FLOWPOT_PORT', env: { FLOWPOT_PORT: 'abc' } },
    { named: '--port', args: ['--port', '70000'], env: { FLOWPOT_PORT: '0' } },
    { named: 'DATABASE_URL', env: { DATABASE_URL: `mysql://root:${secret}@127.0.0.1/lom` } },
    { named: 'FLOWPOT_SIGNING_KEY', env: { FLOWPOT_SIGNING_KEY: secret } },
    { named: 'FLOWPOT_SMTP_URL', env: { FLOWPOT_SMTP_URL: `mail://ada:${secret}@mail.example` } },
    { named: 'FLOWPOT_SMTP_URL', env: { FLOWPOT_SMTP_URL: `smtp://ada:${secret}@` } },
    { named: 'FLOWPOT_MAIL_FROM', env: { FLOWPOT_MAIL_FROM: `Ada, ${secret}` } },
  ])('exits 2 and names $named, without a secret', async ({ named, args = [], env = {} }, { scene }) => {
    const data = join(await scene.folder(), 'data')
    const { code, output, errors } = await fail(scene, ['start', '--data', data, ...args], env)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toMatch(new RegExp(`^error SETTING_INVALID: ${named} is ".*", but it must be `))
    expect(errors).not.toContain(secret)
    expect(existsSync(data)).toBe(false)
  })

  it('with a password in it is not shown when no database answers', async ({ scene }) => {
    const { server, port } = await listen()
    server.close()
    await once(server, 'close')
    const data = await scene.folder()
    const { code, output, errors } = await fail(scene, ['start', ...freePorts, '--json', '--data', data], {
      DATABASE_URL: `postgres://root:${secret}@127.0.0.1:${port}/lom`,
    })
    expect(code).toBe(1)
    expect(JSON.parse(output)).toMatchObject({ error: { code: 'STORE_CANNOT_OPEN' } })
    expect(errors).toContain(`127.0.0.1:${port}`)
    expect(output + errors).not.toContain(secret)
  })
})
