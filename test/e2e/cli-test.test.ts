/** The command `flowpot test`. test/workbench/testing/ covers what a test may contain. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { it, type Scene } from './it.ts'

const flow = `name: Greet
on:
  endpoint: GET /greet
nodes:
  - id: knows-name
    type: conditional
    if: << data.query.name >>
    else:
      - type: reply
        status: 400
  - type: reply
    body: { hello: << data.query.name >> }
`
const passes =
  '- name: greets\n  request: { method: GET, path: /greet?name=Ada }\n  expect: { status: 200, body: { hello: Ada } }\n'
const fails = '- name: asks for a name\n  request: { method: GET, path: /greet }\n  expect: { status: 422 }\n'
const files = { 'application.yaml': 'name: greet\n', 'greet.yaml': flow }

async function cli(scene: Scene, args: readonly string[]) {
  const { stdout, stderr, ended } = scene.cli(['test', ...args])
  return { code: await ended(), output: stdout.text(), errors: stderr.text() }
}

describe.concurrent('flowpot test', () => {
  it('passes on the sample application, and covers every branch of it', async ({ scene }) => {
    const { code, output, errors } = await cli(scene, ['flows', '--coverage', '--threshold', '100'])
    expect([errors, code]).toEqual(['', 0])
    expect(output).toMatch(/^ok {4}?flows\/|^ok {2}flows\//)
    expect(output).toMatch(/\n\d+ tests: all passed, \d+ ms\.\n/)
    expect(output).toContain('Coverage: 100 %.')
  })

  it('exits 1 if a test fails, and says why as text, as JSON and as XML', async ({ scene }) => {
    const folder = await scene.folder({ ...files, 'greet.test.yaml': passes + fails })
    const xml = join(folder, 'results.xml')
    const { code, output } = await cli(scene, [join(folder, 'greet.yaml'), '--junit', xml])
    expect(code).toBe(1)
    expect(output).toMatch(/^ok .*greet\.test\.yaml:1 +greets +\d+ ms\nFAIL .*greet\.test\.yaml:4 +asks for a name/)
    expect(output).toMatch(/ {2}status {2}\(.*greet\.test\.yaml:6\)\n {4}expected {2}422\n {4}actual {4}400\n/)
    expect(output).toMatch(/replied by nodes\[0\]\.else\[0\] \(.*greet\.yaml:9\)/)
    expect(await readFile(xml, 'utf8')).toMatch(/<testsuites tests="2" failures="1"/)

    const json = await cli(scene, [folder, '--json', '--coverage', '--filter', 'greets'])
    expect(json.code).toBe(0)
    expect(JSON.parse(json.output)).toMatchObject({
      ok: true,
      tests: [{ name: 'greets', ok: true, line: 1 }],
      coverage: { flows: [{ flow: 'Greet', nodes: { covered: 2, total: 3 }, branches: { covered: 1, total: 2 } }] },
    })
  })

  it.for([
    ['less is covered than is asked for', passes, ['--coverage', '--threshold', '90'], /Less than 90 % is covered/],
    ['there is no test', '', [], /is empty/],
    ['no test is asked for', passes, ['--filter', 'nothing'], /There is no test whose name contains "nothing"/],
    ['the tests cannot be read', `${passes}  expekt: 1\n`, [], /greet\.test\.yaml:4:3.*TEST_INVALID.*[\s\S]*expect/],
  ] as const)('ends with 1 where %s', async ([, tests, args, message], { scene }) => {
    const folder = await scene.folder({ ...files, 'greet.test.yaml': tests })
    const { code, errors } = await cli(scene, [folder, ...args])
    expect(errors).toMatch(message)
    expect(code).toBe(1)
    expect(errors).not.toMatch(/^ +at /m)
  })

  it.for([
    [['nope'], /folder nope cannot be read/],
    [['flows/application.yaml'], /neither a flow nor a file of tests/],
    [['flows', '--threshold', '80'], /goes with --coverage/],
    [['flows', '--coverage', '--threshold', 'all'], /a number from 0 to 100/],
    [['flows/sign-in.yaml', '--junit', 'nope/results.xml'], /cannot be written/],
    [['flows', '--filtre', 'a'], /unknown option/],
  ] as const)('called with %j says what is wrong with it and ends with 2', async ([args, message], { scene }) => {
    const { code, errors } = await cli(scene, args)
    expect(errors).toMatch(message)
    expect(code).toBe(2)
  })

  it('runs the tests again with --watch when files change, and exits 0 on Ctrl-C', async ({ scene }) => {
    const folder = await scene.folder({ ...files, 'greet.test.yaml': fails })
    const { stdout, child, ended } = scene.cli(['test', folder, '--watch'])
    await stdout.until(/1 test: 1 failed/)
    await writeFile(join(folder, 'greet.test.yaml'), passes)
    await stdout.until(/1 test: all passed/)
    child.kill('SIGINT')
    expect(await ended()).toBe(0)
  })
})
