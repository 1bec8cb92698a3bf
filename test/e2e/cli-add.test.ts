/** `flowpot add endpoint` adds a flow that answers, if the application has room for that endpoint. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { request, runCli } from './flowpot-process.ts'
import { it } from './it.ts'

const pots = {
  'application.yaml': 'name: pots\n',
  'pots.yaml': `name: Pots
on:
  - endpoint: GET /pots/{id?}
  - endpoint: GET /files/{rest*}
nodes:
  - type: reply
`,
}

describe.concurrent('flowpot add endpoint', () => {
  it('creates a flow that is served, and a test that passes', async ({ scene }) => {
    const folder = await scene.folder(pots)
    const added = await runCli(['add', 'endpoint', 'POST /pots/{id}/water', '--folder', folder])
    expect([added.code, added.errors]).toEqual([0, ''])
    const [flow, test] = ['yaml', 'test.yaml'].map((ending) => `${folder}/post-pots-id-water.${ending}`)
    expect(added.output).toBe(
      `Made ${flow} and ${test}.\n\nNext:\n  flowpot test ${flow}\n  flowpot run ${flow} --request 'POST /pots/sample/water'\n`,
    )
    expect((await runCli(['check', folder])).output).toBe('2 flows, 3 endpoints, 1 test: no problems.\n')

    expect(await runCli(['test', folder])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/1 test: all passed/),
    })
    const { experience } = await scene.start({ folder })
    const answer = await request(`${experience}/pots/42/water`, { method: 'POST' })
    expect(answer).toMatchObject({ status: 200, body: { id: '42' } })
  })

  it('adds to flows/ unless another folder is named, and prints what it created as JSON', async ({ scene }) => {
    const cwd = await scene.folder()
    await mkdir(join(cwd, 'flows'))
    await writeFile(join(cwd, 'flows/application.yaml'), 'name: a\n')
    const { code, output } = await runCli(['add', 'endpoint', 'GET /', '--json'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual({ flow: 'flows/get-root.yaml', test: 'flows/get-root.test.yaml' })
    expect((await readdir(join(cwd, 'flows'))).sort()).toEqual([
      'application.yaml',
      'get-root.test.yaml',
      'get-root.yaml',
    ])
  })

  it.for([
    ['GET /pots', 'GET /pots is the same route as GET /pots/{id?} in'],
    ['GET /pots/{name}', 'GET /pots/{name} is the same route as GET /pots/{id?} in'],
    ['GET /files/{path*}', 'GET /files/{path*} is the same route as GET /files/{rest*} in'],
  ] as const)('refuses %s, which is there already, and ends with 1', async ([endpoint, message], { scene }) => {
    const folder = await scene.folder(pots)
    const { code, output, errors } = await runCli(['add', 'endpoint', endpoint, '--folder', folder])
    expect([code, output]).toEqual([1, ''])
    expect(errors).toContain(`error CLI_ENDPOINT_REFUSED: ${message} ${folder}/pots.yaml:`)
    expect(errors).toContain('hint: Change one of them')
    expect((await readdir(folder)).sort()).toEqual(Object.keys(pots))
  })

  it('refuses an endpoint that the application has already', async ({ scene }) => {
    const folder = await scene.folder(pots)
    const add = () => runCli(['add', 'endpoint', 'GET /x', '--folder', folder, '--json'])
    expect((await add()).code).toBe(0)
    const again = await add()
    expect([again.code, JSON.parse(again.output).error.code]).toEqual([1, 'CLI_ENDPOINT_REFUSED'])
  })

  it('refuses a malformed endpoint with the message that the check gives, and exits 2', async ({ scene }) => {
    const folder = await scene.folder(pots)
    const { code, output, errors } = await runCli(['add', 'endpoint', 'get /x', '--folder', folder])
    expect([code, output]).toEqual([2, ''])
    expect(errors).toBe('error CLI_CALL_WRONG: "get" is not a method.\n  hint: Did you mean "GET"?\n')
  })

  it('creates one flow when several processes ask for it at once', async ({ scene }) => {
    const folder = await scene.folder(pots)
    const ends = await Promise.all([1, 2, 3].map(() => runCli(['add', 'endpoint', 'GET /x', '--folder', folder])))
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 1, 1])
    expect((await runCli(['check', folder])).output).toBe('2 flows, 3 endpoints, 1 test: no problems.\n')
    expect((await readdir(folder)).sort()).toEqual([...Object.keys(pots), 'get-x.test.yaml', 'get-x.yaml'].sort())
  })

  it('adds nothing to a broken application, says why and exits 1', async ({ scene }) => {
    const folder = await scene.folder({ ...pots, 'broken.yaml': 'name: [' })
    const text = await runCli(['add', 'endpoint', 'GET /x', '--folder', folder])
    expect([text.code, text.output]).toEqual([1, ''])
    expect(text.errors).toMatch(/broken\.yaml:1:\d+ {2}error FLOW_YAML_SYNTAX/)
    const json = await runCli(['add', 'endpoint', 'GET /x', '--folder', folder, '--json'])
    expect([json.code, JSON.parse(json.output).problems.length > 0]).toEqual([1, true])
    expect((await readdir(folder)).sort()).toEqual(['application.yaml', 'broken.yaml', 'pots.yaml'])
  })

  it.for([
    [['add'], /Usage: flowpot add .*endpoint .*Example:\n {2}flowpot add endpoint /s],
    [['add', 'endpoit', 'GET /x'], /unknown command 'endpoit'\n\(Did you mean endpoint\?\)/],
    [['add', 'endpoint'], /missing required argument 'endpoint'/],
    [['add', 'endpoint', 'GET', '/x'], /too many arguments/],
    [['add', 'endpoint', 'GET /x', '--folder', 'none'], /none cannot be read: it does not exist/],
  ] as const)('called with %j says what is wrong and ends with 2', async ([args, message], { scene }) => {
    const { code, output, errors } = await runCli(args, { cwd: await scene.folder() })
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(message)
  })

  it('exits 1 in a folder without a YAML file', async ({ scene }) => {
    const folder = await scene.folder()
    const { code, errors } = await runCli(['add', 'endpoint', 'GET /x', '--folder', folder])
    expect([code, await readdir(folder)]).toEqual([1, []])
    expect(errors).toMatch(/^error APPLICATION_FOLDER_EMPTY/)
  })

  it.for([
    ['add --help', /Usage: flowpot add .*endpoint .*Example:/s],
    [
      'add endpoint --help',
      /Usage: flowpot add endpoint \[options\] <endpoint>\n.*--folder <folder>.*--json.*Example:/s,
    ],
  ] as const)('%s helps', async ([args, text]) => {
    const { code, output, errors } = await runCli(args.split(' '))
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(text)
  })
})
