/** Tests are made of runs that a real server has recorded, and pass. */
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { test } from '../../cli/test.ts'
import { type CommandEnd, callCommand } from '../cli/call-command.ts'
import { type Flowpot, request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'

const fernId = '111111111111111111111111'
const password = 'correct horse battery'
const shopToken = 'tok_5up3rS3cretOfTheShop'

const filesFor = (shop: string) => ({
  'application.yaml': `name: pots
http: { allow: ["${shop}"] }
seeds:
  devices: [ { name: Fern, id: "${fernId}", attributes: [ { name: moisture, dataType: number } ] } ]
`,
  'hello.yaml': `name: Hello
on: { endpoint: "GET /hello/{name}" }
nodes:
  - id: greet
    type: reply
    body: { hello: << data.params.name >>, shout: "<< upper data.query.mood >>", brackets: << data.query.brackets >>, at: << time >> }
`,
  'hello.test.yaml': `# Kept as it is.
- name:   "answers GET /hello/{name} with 200"   # spaces and all
  request: { method: GET, path: /hello/Bob }
  expect: { status: 200 }`,
  'sign-up.yaml': `name: Sign up
on: { endpoint: POST /users }
nodes:
  - { id: make, type: create-user, email: << data.body.email >>, password: << data.body.password >>, result: data.user }
  - { type: reply, status: 201, body: << data.user >> }
`,
  'sign-in.yaml': `name: Sign in
on: { endpoint: POST /auth }
nodes:
  - id: check
    type: authenticate
    email: << data.body.email >>
    password: << data.body.password >>
    tokenResult: data.token
    else: [ { type: reply, status: 401, body: { error: Unauthorized } } ]
  - { type: reply, body: { token: << data.token >> } }
`,
  'my-pots.yaml': `name: My pots
on: { endpoint: POST /pots, access: authenticated }
nodes:
  - id: create
    type: api
    call: devices.post
    with: { device: { name: << data.body.name >>, tags: [ { key: owner, value: << experience.user.id >> } ] } }
    result: working.pot
  - type: reply
    status: 201
    body:
      id: << working.pot.result.deviceId >>
      link: https://pots.example/<< working.pot.result.deviceId >>
      owner: << experience.user.email >>
      seen: << data.headers.authorization >>
`,
  'order.yaml': `name: Order
on: { endpoint: POST /orders }
nodes:
  - id: shop
    type: http
    method: POST
    url: http://${shop}/orders
    headers: { authorization: Bearer << data.body.apiKey >> }
    body: { plant: << data.body.plant >> }
    result: working.answer
  - { type: reply, status: 201, body: { number: << working.answer.body.number >>, token: << working.answer.body.token >> } }
`,
  'water.yaml': `name: Water
on: { endpoint: POST /water }
nodes:
  - id: too-much
    type: throw
    message: << data.body.litres >> litres (!) would drown << data.body.plant >>, << data.body.password >>
`,
  'dry.yaml': `name: Dry
on:
  - button: now
  - device-state: all
nodes:
  - { id: is-dry, type: conditional, if: << data.moisture >> < 20, else: end }
  - { id: pot, type: get-device, deviceId: << triggerId >>, result: working.pot }
  - { id: tell, type: mqtt, topic: pots/<< triggerId >>/dry, message: << working.pot.name >> at << time >> }
`,
  'tick.yaml': `name: Tick
on: { timer: { seconds: 1 } }
nodes:
  - { id: count, type: store-value, key: ticks, increment: 1, result: working.ticks }
  - { id: roll, type: random-number, min: 1, max: 3, result: working.rolled }
  - { id: tell, type: mqtt, topic: ticks, message: << working.ticks >> }
`,
})

async function openShop(scene: Scene): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-shop': 'corner' })
    response.end(JSON.stringify({ number: 7, token: shopToken }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  scene.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return `127.0.0.1:${port}`
}

const post = (flowpot: Flowpot, path: string, body: unknown, token?: string) =>
  request(flowpot.experience + path, { method: 'POST', body, ...(token === undefined ? {} : { token }) })

const addressOf = ({ platform, applicationId }: Flowpot) => `${platform}/applications/${applicationId}`

async function runsOf(flowpot: Flowpot, flow: string): Promise<{ id: string }[]> {
  const { body } = await request(`${addressOf(flowpot)}/runs?flowId=${flow}`, { token: flowpot.adminToken ?? '' })
  return body as { id: string }[]
}

async function cli(
  scene: Scene,
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<CommandEnd> {
  const { stdout, stderr, ended } = scene.cli(['test', ...args], env, input)
  return { code: Number(await ended()), output: stdout.text(), errors: stderr.text() }
}

describe('flowpot test --from-run', () => {
  it('makes tests of all kinds of runs, which pass, and in which no secret lands', async ({ scene }) => {
    const folder = await scene.folder(filesFor(await openShop(scene)))
    const flowpot = await scene.start({ folder, args: ['--record', 'all'] })
    const existing = await readFile(join(folder, 'hello.test.yaml'), 'utf8')

    await request(`${flowpot.experience}/hello/Ada%20L?mood=fine&brackets=%3C%3C%20x%20%3E%3E&token=${shopToken}`)
    await post(flowpot, '/users', { email: 'ada@lom.example', password })
    await post(flowpot, '/auth', { email: 'ada@lom.example', password: 'wrong horse' })
    const { token } = (await post(flowpot, '/auth', { email: 'ada@lom.example', password })).body as { token: string }
    expect((await post(flowpot, '/pots', { name: 'Cactus' }, token)).status).toBe(201)
    expect((await post(flowpot, '/orders', { plant: 'Moss', apiKey: 'k3y-0f-my-0wn' })).body).toMatchObject({
      number: 7,
    })
    expect((await post(flowpot, '/water', { plant: 'Fern', litres: 50, password })).status).toBe(500)
    await request(`${addressOf(flowpot)}/devices/${fernId}/state`, {
      method: 'POST',
      body: { data: { moisture: 12 } },
      token: flowpot.adminToken ?? '',
    })
    const flows = ['tick', 'hello', 'sign-up', 'sign-in', 'my-pots', 'order', 'dry', 'water']
    const findRuns = () => Promise.all(flows.map((flow) => runsOf(flowpot, flow)))
    await expect.poll(async () => (await findRuns()).every(({ length }) => length > 0)).toBe(true)
    const [[tick] = [], ...others] = await findRuns()
    const record = await request(`${addressOf(flowpot)}/runs/${tick?.id}`, { token: flowpot.adminToken ?? '' })

    const env = { FLOWPOT_ADMIN_TOKEN: flowpot.adminToken ?? '' }
    const server = ['--server', addressOf(flowpot)]
    const [one, ...rest] = others.flat()
    const made = [
      // The server makes more of these, and forgets the first.
      await cli(scene, [folder, '--from-run', '-'], {}, JSON.stringify(record.body)),
      await cli(scene, [folder, '--from-run', one?.id ?? '', ...server], env),
    ]
    // In this process, where it takes a tenth of the time.
    vi.stubEnv('FLOWPOT_ADMIN_TOKEN', env.FLOWPOT_ADMIN_TOKEN)
    for (const { id } of rest) {
      made.push(await callCommand(() => test(folder, { fromRun: id, server: addressOf(flowpot) })))
    }
    vi.unstubAllEnvs()
    for (const { errors, code, output } of made) {
      expect([errors, code]).toEqual(['', 0])
      expect(output).toMatch(/^(?:Made|Added to) \S+\.test\.yaml:\d+ {2}.*It passes\.\n/)
    }
    const all = await cli(scene, [folder])
    expect([all.errors, all.code]).toEqual(['', 0])
    expect(all.output).toMatch(/\n10 tests: all passed, \d+ ms\.\n/)

    const names = (await readdir(folder)).filter((name) => name.endsWith('.test.yaml'))
    const texts = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
    )
    expect(
      texts['hello.test.yaml']?.startsWith(`${existing}\n\n- name: answers GET /hello/{name} with 200 (2)\n`),
    ).toBe(true)
    const written = Object.values(texts).join('')
    for (const secret of [password, 'wrong horse', token, shopToken, 'k3y-0f-my-0wn', '[redacted]']) {
      expect(written).not.toContain(secret)
    }
    expect(texts['my-pots.test.yaml']).toContain('  user: ada@lom.example\n')
    expect(texts['my-pots.test.yaml']).toContain('link: !match "^https:\\\\/\\\\/pots\\\\.example\\\\/[0-9a-f]{24}$"')
    expect(texts['order.test.yaml']).toMatch(/stubs:\n {4}shop:\n {6}status: 200\n.*number: 7\n/s)
    expect(texts['water.test.yaml']).toMatch(
      /name: fails at too-much on POST \/water\n.*status: 500\n {4}error: !match /s,
    )
    expect(texts['dry.test.yaml']).toMatch(
      /trigger:\n {4}on: device-state\n.*visits: \[ is-dry, pot, tell \]\n {4}sent:/s,
    )
    expect(texts['tick.test.yaml']).toMatch(/random: "?\d"?\n/)

    // Whoever breaks the flow hears of it.
    await writeFile(join(folder, 'water.yaml'), filesFor('127.0.0.1')['water.yaml'].replace('drown', 'wet'))
    expect(await cli(scene, [join(folder, 'water.yaml')])).toMatchObject({ code: 1 })
    const changed = await cli(scene, [folder, '--from-run', others.at(-1)?.[0]?.id ?? '', ...server], env)
    expect(changed).toMatchObject({ code: 1, errors: expect.stringMatching(/CLI_(?:FLOW_CHANGED|RUN_NOT_REPEATED)/) })
  })

  it('refuses what it can make no test of, and says why', async ({ scene }) => {
    const folder = await scene.folder(filesFor('127.0.0.1:1'))
    const flowpot = await scene.start({ folder })
    await post(flowpot, '/water', { plant: 'Fern', litres: 50 })
    const [first] = await runsOf(flowpot, 'water')
    const server = ['--server', addressOf(flowpot)]
    const env = { FLOWPOT_ADMIN_TOKEN: flowpot.adminToken ?? '' }
    const refused = async (args: readonly string[], own: Record<string, string> = env) => {
      const { code, errors, output } = await cli(scene, [folder, '--from-run', ...args], own)
      expect([code, output]).toEqual([2, ''])
      return errors
    }
    expect(await refused([first?.id ?? '', ...server])).toMatch(/nobody watched it\.\n {2}hint: The next run/)
    expect(await refused(['no-such-run', ...server])).toMatch(/has no run no-such-run, or none any more/)
    expect(await refused(['x', '--server', 'http://127.0.0.1:1'])).toMatch(/is not the address of an application/)
    expect(await refused(['x', ...server], { FLOWPOT_ADMIN_TOKEN: '' })).toMatch(
      /the token is to be in FLOWPOT_ADMIN_TOKEN/,
    )
    expect(await refused(['x', ...server], { FLOWPOT_ADMIN_TOKEN: 'wrong' })).toMatch(/is not valid there/)
    expect(await refused(['no-such-file.json'])).toMatch(/cannot be read: .*\n {2}hint: .*--server/)
    const offline = 'http://127.0.0.1:1/applications/111111111111111111111111'
    expect(await refused(['x', '--server', offline])).toMatch(/cannot be reached/)
    expect(await cli(scene, [folder, '--name', 'x'])).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/go with --from-run/),
    })
  })
})
