/** `flowpot runs`, `logs` and `press`, which speak to a running server. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type Flowpot, request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'

const files = {
  'application.yaml': 'name: w\n',
  'water.yaml': `name: Water
on: [ { button: water }, { button: both }, { endpoint: GET /water } ]
nodes:
  - { id: say, type: debug, message: Watering << data.plant >>, property: data.plant }
  - { type: conditional, if: << data.litres >> < 10, else: [ { id: drown, type: throw, message: too much } ] }
  - { type: reply, body: { ok: true } }
`,
  'other.yaml': 'name: Other\non: { button: both }\nnodes: [ { type: debug, message: other } ]\n',
}

async function cli(scene: Scene, args: readonly string[], env: Record<string, string> = {}, input = '') {
  const { stdout, stderr, ended } = scene.cli(args, env, input)
  return { code: await ended(), output: stdout.text(), errors: stderr.text() }
}

async function startWater(scene: Scene): Promise<{ flowpot: Flowpot; data: string }> {
  const data = await scene.folder()
  return { data, flowpot: await scene.start({ folder: await scene.folder(files), data }) }
}

describe('flowpot press', () => {
  it('presses a button of the server on the data folder and shows what the run did', async ({ scene }) => {
    const { data } = await startWater(scene)
    const press = (payload: string, ...more: string[]) =>
      cli(scene, ['press', 'water', '--data', data, '--payload', '-', ...more], {}, payload)
    const well = await press('{"plant":"Fern","litres":3}')
    expect(well).toMatchObject({ code: 0, errors: '' })
    expect(well.output).toMatch(/^water: water$/m)
    expect(well.output).toMatch(/^ {2}say +debug +→ next .*\n {6}info: Watering Fern 'Fern'$/m)
    const badly = await press('{"plant":"Fern","litres":30}')
    expect(badly).toMatchObject({
      code: 1,
      output: expect.stringMatching(/drown .*failed.*\n\nerror RUN_FAILED: .*too much/s),
    })
    const record = await press('{"plant":"Fern","litres":3}', '--json')
    expect(JSON.parse(record.output)).toMatchObject({ flow: 'water', outcome: 'ok', visits: [{ node: 'say' }, {}, {}] })
  })

  it('says which buttons there are, and which flow is to be named', async ({ scene }) => {
    const { data } = await startWater(scene)
    const press = (...args: string[]) => cli(scene, ['press', ...args, '--data', data])
    expect(await press('watr')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('hint: There are: "both" of other, "water" of water, "both" of water.'),
    })
    expect(await press('both')).toMatchObject({ code: 2, errors: expect.stringMatching(/Several flows.*\n.*--flow/) })
    expect(await press('both', '--flow', 'other')).toMatchObject({
      code: 0,
      output: expect.stringContaining('info: other'),
    })
    expect(await press('water', '--no-wait')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Pressed water\. What the run did: flowpot runs [0-9a-f-]{36}\n$/),
    })
    expect(await press('water', '--payload', '/no/such')).toMatchObject({ code: 2 })
  })
})

describe('flowpot runs', () => {
  it('lists what was recorded and shows one run', async ({ scene }) => {
    const { data, flowpot } = await startWater(scene)
    const none = await cli(scene, ['runs', '--data', data])
    expect(none).toMatchObject({ code: 0, output: expect.stringMatching(/^No run is recorded\. .*--record all/) })
    await request(`${flowpot.experience}/water`)
    const listed = await cli(scene, ['runs', '--data', data, '--flow', 'water', '--failed'])
    expect(listed.output).toMatch(/GET \/water +failed .*\n {2}RUN_FAILED: .*too much\n\n1 run, 1 failed\./)
    const [, id = ''] = /([0-9a-f-]{36})\n/.exec(listed.output) ?? []
    expect(await cli(scene, ['runs', id, '--data', data])).toMatchObject({
      code: 1,
      output: expect.stringMatching(/Nobody watched this run.*error RUN_FAILED/s),
    })
    expect(JSON.parse((await cli(scene, ['runs', '--json', '--data', data])).output)).toMatchObject({ runs: [{ id }] })
    expect(await cli(scene, ['runs', 'x', '--data', data])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('has no run x'),
    })
  })

  it('takes another server and its token from options or the environment', async ({ scene }) => {
    const { flowpot } = await startWater(scene)
    const server = `${flowpot.platform}/applications/${flowpot.applicationId}`
    const token = flowpot.adminToken ?? ''
    const runs = (args: readonly string[], env: Record<string, string> = {}) =>
      cli(scene, ['runs', '--data', '/no/such/folder', ...args], { FLOWPOT_ADMIN_TOKEN: '', ...env })
    const tokenFile = join(await scene.folder(), 'token')
    await writeFile(tokenFile, `${token}\n`)
    expect(await runs(['--server', server, '--token-file', tokenFile])).toMatchObject({ code: 0 })
    expect(await runs([], { FLOWPOT_SERVER: server, FLOWPOT_ADMIN_TOKEN: token })).toMatchObject({ code: 0 })
    const refused = async (why: RegExp, args: readonly string[], env: Record<string, string> = {}) =>
      expect(await runs(args, env)).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(why) })
    await refused(/No server runs on the data folder \/no\/such\/folder\.\n {2}hint: /, [])
    await refused(/the token is to be in FLOWPOT_ADMIN_TOKEN/, ['--server', server])
    await refused(/token file \/no\/such cannot be read/, ['--server', server, '--token-file', '/no/such'])
    await refused(/the token is not valid there/, ['--server', server], { FLOWPOT_ADMIN_TOKEN: 'wrong' })
    await refused(/has spaces or characters/, ['--server', server], { FLOWPOT_ADMIN_TOKEN: 'a\nb' })
    await refused(/not the address of an application/, ['--server', flowpot.platform])
    await refused(/cannot be reached/, ['--server', server.replace(/:\d+/, ':1')], { FLOWPOT_ADMIN_TOKEN: token })
    await refused(/--limit is "0"/, ['--server', server, '--limit', '0'], { FLOWPOT_ADMIN_TOKEN: token })
  })
})

describe('flowpot logs', () => {
  it('prints what was logged, and follows what is logged', async ({ scene }) => {
    const { data } = await startWater(scene)
    await cli(scene, ['press', 'water', '--data', data, '--payload', '-'], {}, '{"plant":"Fern","litres":3}')
    const past = await cli(scene, ['logs', '--data', data])
    expect(past).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Z {2}water\/say {2}info: Watering Fern 'Fern'\n$/),
    })
    const follow = scene.cli(['logs', '--follow', '--data', data, '--json'])
    await follow.stdout.until(/Watering Fern.*\n/)
    await cli(scene, ['press', 'water', '--data', data, '--payload', '-'], {}, '{"plant":"Moss","litres":3}')
    expect(JSON.parse(await follow.stdout.until(/.*Moss.*\n/))).toMatchObject({ flow: 'water', node: 'say' })
  })

  it('ends with the server', async ({ scene }) => {
    const { data, flowpot } = await startWater(scene)
    const follow = scene.cli(['logs', '--follow', '--data', data])
    await request(`${flowpot.experience}/water`)
    await follow.stdout.until(/too much/)
    await flowpot.stop()
    expect(await follow.ended()).toBe(1)
    expect(follow.stderr.text()).toBe('The server has ended the stream.\n')
  })
})

describe('server.json', () => {
  it('is there while the server runs, for its owner alone, with a token that ends with it', async ({ scene }) => {
    const { data, flowpot } = await startWater(scene)
    const file = join(data, 'server.json')
    const { platform, applicationId, token } = JSON.parse(await readFile(file, 'utf8'))
    expect({ platform, applicationId }).toEqual({ platform: flowpot.platform, applicationId: flowpot.applicationId })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const flows = (url: string) => request(`${url}/applications/${applicationId}/flows`, { token })
    expect(await flows(platform)).toMatchObject({
      status: 200,
      body: {
        totalCount: 2,
        items: [{ id: 'other' }, { id: 'water', triggers: [{ type: 'button', label: 'water' }, {}, {}] }],
      },
    })
    await flowpot.stop()
    await expect(stat(file)).rejects.toThrow('ENOENT')
    const next = await scene.start({ folder: await scene.folder(files), data })
    expect(await flows(next.platform)).toMatchObject({ status: 401 })
  })

  it('of a server that was killed, and one that may not be read, are told apart from none', async ({ scene }) => {
    const { data, flowpot } = await startWater(scene)
    await flowpot.stop('SIGKILL')
    const runs = () => cli(scene, ['runs', '--data', data])
    const errors = expect.stringMatching(
      /cannot be reached: .*ECONNREFUSED.*\n {2}hint: If the server of .* was killed/,
    )
    expect(await runs()).toMatchObject({ code: 2, errors })
    // A folder in its place cannot be read either, by root as little as by others.
    await rm(join(data, 'server.json'))
    await mkdir(join(data, 'server.json'))
    expect(await runs()).toMatchObject({
      code: 2,
      errors: expect.stringMatching(
        /server\.json in the data folder .* cannot be read: EISDIR.*\n {2}hint: Only the user/,
      ),
    })
  })

  it('that cannot be written is logged, and the server serves', async ({ scene }) => {
    const data = await scene.folder()
    await mkdir(join(data, 'server.json'))
    const flowpot = await scene.start({ folder: await scene.folder(files), data })
    expect(flowpot.errors()).toContain('No server.json can be written')
    expect(await request(`${flowpot.experience}/water`)).toMatchObject({ status: 500 })
    expect(await flowpot.stop()).toBe(0)
    expect((await readdir(data)).filter((name) => name.startsWith('server.json'))).toEqual(['server.json'])
  })

  it('that is broken is no server', async ({ scene }) => {
    const data = await scene.folder({ 'server.json': '{"platform":"file:///etc/passwd"}' })
    expect(await cli(scene, ['runs', '--data', data])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('No server runs'),
    })
  })
})
