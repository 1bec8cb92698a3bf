/** `flowpot check` on folders with mistakes that were made by hand. */
import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../engine/source/format-problem.ts'
import { loadSources } from '../../server/compose/load-folder.ts'
import { it, type Scene } from './it.ts'

/** A sound flow, except for the lines that a test inserts. */
function flow(...lines: readonly string[]): string {
  return `name: Trap
on:
  endpoint: GET /trap
nodes:
  - id: answer
    type: reply
    status: 200
    body:
${lines.map((line) => `      ${line}\n`).join('')}`
}

async function check(scene: Scene, files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const folder = await scene.folder(files)
  const { stdout, stderr, ended } = scene.cli(['check', folder, ...args])
  const code = await ended()
  return { code, output: stdout.text().replaceAll(`${folder}/`, ''), errors: stderr.text() }
}

/** Problems of every kind. */
const broken = {
  'application.yaml': 'name: broken\nport: 80\nseeds: { groups: [ { name: admins } ] }\n',
  'one.yaml': `name: One
on:
  endpoint: POST /one
  access: { groups: [admin] }
nodes:
  - id: look
    type: apy
    call: devices.post
  - id: look
    type: api
    call: device.post
    with: { device: { name: << data.body.name >> } }
    then: nowhere
  - type: conditional
    if: << data.body.n >> >
  - id: last
    type: reply
    status: two hundred
    boddy: x
    body:
      a: << upperr data.body.a >>
      b: << data.body.b
      c: Note: << data.body.c >>
      manufacturerId: 000000
`,
  'three.yaml': `name: Three
on:
  endpoint: POST /three
nodes:
  - { id: same, type: debug, message: a }
  - { id: same, type: reply, status: 200 }
`,
  'two.yaml': `name: Two
on:
  endpoint: POST /two
nodes:
  - type: debug
    message: << data.params.id >>
`,
}

describe.concurrent('flowpot check', () => {
  it('reports no problems in a sound folder, and exits 0', async ({ scene }) => {
    const { stdout, stderr, ended } = scene.cli(['check'])
    expect([await ended(), stderr.text()]).toEqual([0, ''])
    expect(stdout.text()).toMatch(/^\d+ flows, \d+ endpoints, \d+ tests: no problems\.\n$/)
    const json = scene.cli(['check', 'flows', '--json'])
    expect([await json.ended(), json.stdout.text()]).toEqual([0, '{"problems":[]}\n'])
  })

  it('reads a flow from standard input, and explains a code', async ({ scene }) => {
    const input = 'name: F\non: { button: a }\nnodes: [ { type: debg } ]'
    const given = scene.cli(['check', '-'], {}, input)
    expect(await given.ended()).toBe(1)
    expect(given.stdout.text()).toContain('standard-input.yaml:3:18  error FLOW_UNKNOWN_NODE')
    const explained = scene.cli(['check', '--explain', 'FLOW_UNKNOWN_NODE'])
    expect([await explained.ended(), explained.stdout.text()]).toEqual([
      0,
      'FLOW_UNKNOWN_NODE\n\nA node type that does not exist.\n',
    ])
  })

  it('lists every problem of every file at once, with place, code frame and hint, and exits 1', async ({ scene }) => {
    const { code, output, errors } = await check(scene, broken)
    expect([code, errors]).toEqual([1, ''])
    expect(output.match(/^\S+\.yaml:\d+:\d+ {2}(?:error|warning) \w+/gm)).toEqual([
      'application.yaml:2:1  error APPLICATION_INVALID',
      'one.yaml:4:22  error FLOW_UNKNOWN_GROUP',
      'one.yaml:7:11  error FLOW_UNKNOWN_NODE',
      'one.yaml:11:11  error FLOW_UNKNOWN_CALL',
      'one.yaml:13:11  error FLOW_UNKNOWN_TARGET',
      'one.yaml:15:28  error FLOW_EXPRESSION_SYNTAX',
      'one.yaml:18:13  error FLOW_WRONG_TYPE',
      'one.yaml:19:5  error FLOW_UNKNOWN_FIELD',
      'one.yaml:21:13  error FLOW_UNKNOWN_HELPER',
      'one.yaml:22:10  error FLOW_TEMPLATE_SYNTAX',
      'one.yaml:23:10  error FLOW_YAML_SYNTAX',
      'one.yaml:24:23  error FLOW_YAML_TRAP',
      'three.yaml:6:11  error FLOW_DUPLICATE_ID',
      'two.yaml:5:5  error FLOW_NO_REPLY',
      'two.yaml:6:17  error FLOW_ABSENT_PATH',
    ])
    for (const hint of ['Did you mean "api"?', 'Did you mean "devices.post"?', 'Did you mean "upper"?']) {
      expect(output).toContain(`  hint: ${hint}`)
    }
    expect(output).toContain('  7 |     type: apy\n    |           ^^^\n')
    expect(output).toMatch(/\n\n15 problems in 4 files\.\n$/)
  })

  it('prints them as JSON', async ({ scene }) => {
    const { code, output } = await check(scene, broken, '--json')
    expect(code).toBe(1)
    const { problems } = JSON.parse(output)
    expect(problems).toHaveLength(15)
    for (const problem of problems) {
      expect(problem).toMatchObject({
        code: expect.stringMatching(/^(FLOW|APPLICATION)_[A-Z_]+$/),
        severity: expect.stringMatching(/^(error|warning)$/),
        file: expect.stringMatching(/(application|one|two|three)\.yaml$/),
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.stringMatching(/\S/),
      })
    }
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'FLOW_UNKNOWN_NODE', line: 7, column: 11, hint: 'Did you mean "api"?' }),
    )
  })

  it('checks the tests next to the flows, if the flows are sound', async ({ scene }) => {
    const tests = {
      'one.test.yaml': '- { name: a, request: { method: GET, path: /trap }, expect: { visits: [ anser ] } }\n',
    }
    const sound = await check(scene, { 'one.yaml': flow('a: 1'), ...tests })
    expect(sound.code).toBe(1)
    expect(sound.output).toMatch(/^one\.test\.yaml:1:73 {2}error TEST_INVALID/)
    expect(sound.output).toMatch(/hint: Did you mean "answer"\?\n\n1 problem in 1 file\.\n$/)
    const nameless = await check(scene, { 'two.yaml': flow('a: 1'), ...tests })
    expect(nameless.output).toMatch(/There is no flow one beside this file\.[\s\S]*\n1 problem in 1 file\.\n$/)
    const unsound = await check(scene, { 'one.yaml': flow('a: << data.nope >>'), ...tests })
    expect(unsound.output).not.toContain('TEST_INVALID')
    expect(unsound.code).toBe(1)
  })

  it('warns without failing', async ({ scene }) => {
    const { code, output } = await check(scene, { 'trap.yaml': flow('a: 200 # was << data.query.a >>') })
    expect(code).toBe(0)
    expect(output).toMatch(/^trap\.yaml:9:14 {2}warning FLOW_YAML_TRAP/)
  })

  it.for([
    [['no-such-folder'], /the application's folder no-such-folder cannot be read: it does not exist/i],
    [['flows/sign-in.yaml'], /it is a file, not a folder/],
    [['flows', 'more'], /too many arguments/],
    [['--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  ] as const)('called with %j says what is wrong with it and ends with 2', async ([args, message], { scene }) => {
    const { stdout, stderr, ended } = scene.cli(['check', ...args])
    expect([await ended(), stdout.text()]).toEqual([2, ''])
    expect(stderr.text()).toMatch(message)
    expect(stderr.text()).not.toMatch(/^ +at /m)
  })
})

describe('What YAML does to templates is reported, with what to write instead', () => {
  const traps = [
    ['a comment', ['a: item #<< data.query.n >>'], '9:15', /comment/, "'item #<< data.query.n >>'"],
    ['a map in a map', ['a: {{ data.query.x }}'], '9:10', /map in a map/, '<< data.query.x >>'],
    ['an anchor', ['a: &<< data.query.x >>'], '9:10', /anchor/, "'&<< data.query.x >>'"],
    ['a tag', ['a: !<< data.query.x >>'], '9:10', /tag/, "'!<< data.query.x >>'"],
    ['a colon', ['a: Note: << data.query.x >>'], '9:10', /colon and the space/, "'Note: << data.query.x >>'"],
    ['a quote at the start', [`a: 'a' == << data.query.x >>`], '9:10', /quote/, `"'a' == << data.query.x >>"`],
    ['brackets in a list', ['a: [ << data.body.items.[0] >> ]'], '9:12', /bracket/, '<< data.body.items.0 >>'],
    ['commas in a list', ['a: [ << join data.body.x ", " >> ]'], '9:12', /commas, quotes/, 'join data.body.x ", "'],
    ['braces in a map', ['a: { endpoint: GET /d/{id} }'], '9:26', /braces of \/d\/\{id\}/, 'one line each'],
    ['a merge key', ['a: &x { b: 1 }', 'c:', '  <<: *x'], '11:9', /Merge keys are not supported/, ''],
    ['leading zeros', ['manufacturerId: 000000'], '9:23', /the number 0\b/, '"000000"'],
  ] as const
  test.each(traps)('%s', (_name, lines, at, message, hint) => {
    const text = flow(...lines)
    const { application, problems } = loadSources([{ file: 'flows/trap.yaml', text }])
    expect(application).toBeUndefined()
    expect(problems).toHaveLength(1)
    const [problem] = problems
    if (!problem) return
    expect(problem).toMatchObject({ severity: 'error', message: expect.stringMatching(message) })
    expect(problem.hint ?? '').toContain(hint)
    const shown = formatProblem(problem, text)
    expect(shown.split('\n', 1)[0]).toMatch(new RegExp(`^flows/trap\\.yaml:${at} {2}error FLOW_YAML_(TRAP|SYNTAX) {2}`))
    expect(shown).toMatch(new RegExp(`^ *${at.split(':')[0]} \\| .*\\n +\\| +\\^`, 'm'))
  })
})
