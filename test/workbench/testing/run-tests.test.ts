/** Tests of flows as they are written, run on real stores. */
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { describeCoverage, describeReport } from '../../../cli/describe-report.ts'
import { readSettings } from '../../../server/settings.ts'
import { toJunit } from '../../../workbench/testing/junit.ts'
import { runTests, type TestReport } from '../../../workbench/testing/run-tests.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

const flow = `name: Pots
on:
  - endpoint: POST /pots
    then: look
  - timer: { seconds: 3600 }
    then: call-out
  - error: local
    then: apologise
nodes:
  - id: look
    type: conditional
    if: << data.body.name >>
    else:
      - type: reply
        status: 400
        body: { error: name is missing, at: << time >> }
  - id: create
    type: api
    call: devices.post
    with: { device: { name: << data.body.name >> } }
    result: data.made
  - id: made
    type: reply
    status: 201
    headers: { x-made: << data.made.result.name >> }
    body: { id: << data.made.result.deviceId >>, name: << data.made.result.name >> }
  - id: call-out
    type: http
    method: POST
    url: https://example.com/hook
    body: { at: << time >> }
    result: working.answer
    then: each
  - id: each
    type: loop
    over: << working.answer.body >>
    item: working.one
    do:
      - id: tell
        type: mqtt
        topic: told/<< working.one.value >>
        message: << working.one.index >>
    next: end
  - id: apologise
    type: reply
    status: 503
    body: { error: sorry }
`

const folders: { remove(): Promise<void> }[] = []

async function run(tests: string, options: { filter?: string; flow?: string } = {}): Promise<TestReport> {
  const folder = await temporaryFolder({
    'application.yaml': 'name: pots\nseeds: { groups: [ { name: admins } ] }\n',
    'pots.yaml': options.flow ?? flow,
    'pots.test.yaml': tests,
  })
  folders.push(folder)
  const choice = { folder: folder.path, flowId: undefined, filter: options.filter }
  return runTests(choice, readSettings({}, {}))
}

/** What is printed, with the folder left out. */
function printed(report: TestReport): string {
  return describeReport(report).replaceAll(/[^\s(]*\/(?=pots\.)/g, '')
}

afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(folders.splice(0).map((folder) => folder.remove()))
})

describe('a test', () => {
  test('asks with headers and a body, and holds the reply and the way against what it expects', async () => {
    const report = await run(`
- name: makes a pot
  request: { method: POST, path: /pots, headers: { content-type: application/x-www-form-urlencoded }, body: name=Fern }
  expect:
    status: 201
    headers: { X-Made: Fern }
    body: { id: !match "^[0-9a-f]{24}$", name: Fern }
    visits: [ look, create, made ]
`)
    expect(report.problems).toEqual([])
    expect(printed(report)).toMatch(
      /^ok {2}pots\.test\.yaml:2 {2}makes a pot {2}\d+ ms\n\n1 test: all passed, \d+ ms\.$/,
    )
  })

  test('says path by path what differs, which node replied, and which way was taken', async () => {
    const report = await run(`
- name: makes a pot
  request: { method: POST, path: /pots, body: { name: Fern } }
  expect:
    status: 200
    body: { id: !match "^x", name: Fern, extra: 1 }
    visits: [ look ]
`)
    expect(printed(report)).toMatch(/^FAIL {2}pots\.test\.yaml:2 /)
    expect(printed(report).split('\n').slice(2, -2).join('\n')).toMatch(
      /^FAIL {2}pots.test.yaml:2 {2}makes a pot\n {2}status {2}\(pots.test.yaml:5\)\n {4}expected {2}200\n {4}actual {4}201\n {2}body.id {2}\(pots.test.yaml:6\)\n {4}expected {2}a text that matches \^x\n {4}actual {4}'[0-9a-f]{24}'\n {2}body.extra {2}\(pots.test.yaml:6\)\n {4}expected {2}1\n {4}actual {4}nothing\n {2}visits\[1\] {2}\(pots.test.yaml:7\)\n {4}expected {2}nothing\n {4}actual {4}'create'\n {2}visits\[2\] {2}\(pots.test.yaml:7\)\n {4}expected {2}nothing\n {4}actual {4}'made'\n {2}replied by made \(pots.yaml:22\)\n {2}the way taken:\n {4}look {4}conditional {2}→ then {2}pots.yaml:10\n {4}create {2}api {10}→ then {2}pots.yaml:17\n {4}made {4}reply {8}→ next {2}pots.yaml:22$/,
    )
  })

  test('carries values from step to step, and stands on a store of its own', async () => {
    const steps = `
  steps:
    - request: { method: POST, path: /pots, body: { name: Fern } }
      save: { id: body.id }
    - call: device.get
      with: { deviceId: << saved.id >> }
      expect: { result: !partial { name: Fern, deviceId: << saved.id >> } }
    - call: devices.get
      expect: { result: !partial { totalCount: 1 } }
    - call: device.get
      with: { deviceId: "000000000000000000000000" }
      expect: { error: !partial { statusCode: 404 } }
`
    const report = await run(Array.from({ length: 20 }, (_, index) => `- name: pot ${index}${steps}`).join(''))
    expect(printed(report)).toMatch(/20 tests: all passed/)
  })

  test('has the clock and the randomness that it asks for', async () => {
    const fixed = (name: string) => `
- name: ${name}
  clock: 2026-02-03T04:05:06Z
  random: pots
  steps:
    - request: { method: POST, path: /pots, body: {} }
      expect: { status: 400, body: { error: !any , at: "2026-02-03T04:05:06.000Z" } }
    - request: { method: POST, path: /pots, body: { name: Fern } }
      expect: { body: { name: Fern, id: "0" } }
    - clock: 2026-02-03T05:05:06Z
      call: devices.get
`
    const { results } = await run(fixed('one') + fixed('two'))
    const ids = results.map(({ failure }) => failure?.differences?.[0]?.actual)
    expect(ids[0]).toMatch(/^'698173f2[0-9a-f]{16}'$/)
    expect(ids[1]).toBe(ids[0])
  })

  test('fires a trigger, with stubs for what leaves the process, and says what was sent', async () => {
    const report = await run(`
- name: tells each
  clock: 2026-02-03T04:05:06Z
  stubs:
    call-out: { status: 200, body: [ a, b ] }
    tell: { sent: true }
  trigger: { on: timer }
  expect:
    visits: [ call-out, each, tell, tell ]
    sent:
      call-out: { method: POST, body: { at: "2026-02-03T04:05:06.000Z" } }
      tell: [ { topic: told/a, message: 0 }, { topic: told/b } ]
- name: tells none
  stubs: { call-out: { body: [] } }
  trigger: {}
  expect: { sent: { tell: [] } }
`)
    expect(printed(report)).toMatch(/2 tests: all passed/)
  })

  test('fails by no stub that is optional', async () => {
    const report = await run(`
- name: looks away
  stubs: { tell: { sent: true, optional: true } }
  request: { method: POST, path: /pots }
  expect: { status: 400 }
`)
    expect(printed(report)).toMatch(/1 test: all passed/)
  })

  test('says what is stored by a stub of the node that keeps it, and looks at the payload and at what is said', async () => {
    const counter = `name: Pots
on: { timer: { seconds: 60 } }
nodes:
  - { id: last, type: get-value, key: last, result: working.last }
  - { id: all, type: get-value, all: true, result: working.all }
  - { id: count, type: store-value, key: count, increment: 2, result: working.count }
  - { id: say, type: debug, message: Counted << working.count >>, property: working, level: warn }
  - { type: debug, message: Done }
`
    const report = await run(
      `
- name: goes on from what is stored
  stubs: { last: { result: { at: noon } }, all: { result: { a: 1, b: 2 } }, count: { result: 40 } }
  clock: 2026-02-03T04:05:06Z
  trigger: {}
  expect:
    payload: { working.last.at: noon, working.all: !partial { b: 2 }, working.count: 42, time: "2026-02-03T04:05:06.000Z" }
    debug: [ { message: Counted 42, level: warn, details: !partial { count: 42 } }, Done ]
- name: begins with nothing
  trigger: {}
  expect: { payload: { working: { all: {}, count: 2 } }, debug: [ !match 2$ , !any ] }
`,
      { flow: counter },
    )
    expect(report.problems).toEqual([])
    expect(printed(report)).toMatch(/2 tests: all passed/)
  })

  test('says what a debug node said instead', async () => {
    const talker = `name: Pots\non: { timer: { seconds: 60 } }\nnodes: [ { type: debug, message: Hello }, { type: debug, message: Again } ]\n`
    const report = await run('- { name: a, trigger: {}, expect: { debug: [ { message: Bye } ] } }', { flow: talker })
    expect(printed(report)).toMatch(
      /debug\[0\]\.message {2}.*\n {4}expected {2}'Bye'\n {4}actual {4}'Hello'\n {2}debug\[1\] .*\n {4}expected {2}nothing\n {4}actual {4}'Again'/,
    )
  })

  test('says of a request that fails why it does', async () => {
    const report = await run(`
- name: takes no name that the platform does not
  stubs: { create: { error: The line is cut. } }
  request: { method: POST, path: /pots, body: { name: Fern } }
  expect: { status: 503, error: !match The line is cut }
`)
    expect(printed(report)).toMatch(/1 test: all passed/)
  })

  test.each<[string, string, RegExp]>([
    [
      'reaches out without a stub, also where the flow would go on',
      'trigger: {}\n  expect: { visits: [ call-out, apologise ] }',
      /call-out \(.*:27\) makes an HTTP request, and the test has no stub for it\.\n {2}hint: Say stubs: \{ call-out: \{ status: 200, body: \{\} \} \}/,
    ],
    [
      'reaches out once more than its stub has answers',
      'stubs: { call-out: { body: [ 1, 2 ] }, tell: [ { sent: true } ] }\n  trigger: {}\n  expect: { visits: [ look ] }',
      /tell \(.*:39\) sends an MQTT message, and the test has no stub left for it/,
    ],
    [
      'has a stub of the wrong kind',
      'stubs: { call-out: { sent: true } }\n  trigger: {}\n  expect: { visits: [ look ] }',
      /makes an HTTP request, which its stub does not answer/,
    ],
    [
      'has a stub that no call of the platform is answered by',
      'stubs: { create: { status: 503 } }\n  request: { method: POST, path: /pots, body: { name: a } }\n  expect: { status: 503 }',
      /create .* calls the platform, which its stub does not answer\.\n {2}hint: Say stubs: \{ create: \{ result/,
    ],
    [
      'has a stub that nothing asks for',
      'stubs: { tell: { sent: true }, look: { output: else } }\n  request: { method: POST, path: /pots }\n  expect: { status: 400 }',
      /The stub of tell \(pots\.test\.yaml:2\) is not used, or not all of it\.\n {2}hint: Take out .* optional: true/,
    ],
    [
      'has more answers in a stub than anything asks for',
      'stubs: { look: [ { output: else }, { output: else } ] }\n  request: { method: POST, path: /pots }\n  expect: { status: 400 }',
      /The stub of look \(pots\.test\.yaml:2\) is not used, or not all of it/,
    ],
    [
      'finds something else on the payload at the end',
      'trigger: {}\n  stubs: { call-out: { body: [] } }\n  expect: { payload: { working.answer.body: [ 1 ], triggerType: timer } }',
      /payload\.working\.answer\.body\[0\] {2}\(.*:4\)\n {4}expected {2}1\n {4}actual {4}nothing\n {2}the way/,
    ],
    [
      'sends a node out by a way that it has not',
      'stubs: { look: { output: elsee } }\n  request: { method: POST, path: /pots }\n  expect: { status: 503 }',
      /look .* has no output "elsee"/,
    ],
    [
      'expects nothing of a run that fails',
      'stubs: { call-out: { error: The line is cut. } }\n  trigger: {}\n  expect: { visits: [ call-out, apologise ] }',
      /Pots failed at call-out \(.*\): The line is cut\./,
    ],
    [
      'expects no status of a request that is refused',
      'request: { method: POST, path: /pots }\n  expect: { visits: [ look ] }',
      /The request was answered 400: \{ error: 'name is missing'/,
    ],
    [
      'saves what is not there',
      'request: { method: POST, path: /pots, body: { name: a } }\n  expect: { status: 201 }\n  save: { key: body.key }',
      /There is no body\.key to be saved as "key"/,
    ],
    [
      'has a template that gives nothing',
      'request: { method: POST, path: /pots, body: { name: "<< user.id >>" } }\n  expect: { status: 201 }',
      /pots\.test\.yaml:2: << user\.id >> gives nothing/,
    ],
    [
      'asks as somebody whom the platform does not take',
      'seed: { users: [ { email: ada@lom.example, groups: [ nobody ] } ] }\n  request: { method: POST, path: /pots }\n  expect: { status: 400 }',
      /group nobody, which does not exist/,
    ],
    [
      'fires what the flow has not',
      'trigger: { on: button }\n  expect: { visits: [ look ] }',
      /no trigger "button"\. It has: "POST \/pots"/,
    ],
    [
      'fires an endpoint',
      'trigger: { on: endpoint }\n  expect: { visits: [ look ] }',
      /endpoint is an endpoint\.\n {2}hint: An endpoint is asked/,
    ],
  ])('fails that %s, and the others run on', async (_, body, message) => {
    const sound = '- name: sound\n  request: { method: POST, path: /pots }\n  expect: { status: 400 }\n'
    const report = await run(`- name: wrong\n  ${body}\n${sound}`)
    expect(report.problems).toEqual([])
    expect(report.results.map(({ failure }) => failure === undefined)).toEqual([false, true])
    expect(printed(report)).toMatch(message)
  })

  test('runs only where its name holds the text that is asked for', async () => {
    const one = (name: string) =>
      `- { name: ${name}, request: { method: POST, path: /pots }, expect: { status: 400 } }\n`
    const { results } = await run(one('Waters the fern') + one('sleeps'), { filter: 'waters' })
    expect(results.map(({ test }) => test.name)).toEqual(['Waters the fern'])
  })

  test('does not run where a flow or a file of tests is broken, and each problem has its place', async () => {
    const sound = '- { name: a, request: { method: POST, path: /pots }, expect: { status: 400 } }\n'
    const [brokenFlow, brokenTests] = [await run(sound, { flow: 'name: Pots\n' }), await run(`${sound}- name: 5\n`)]
    expect(brokenFlow.problems.map(({ code }) => code)).toContain('FLOW_MISSING_FIELD')
    expect(brokenTests.problems).toMatchObject([{ code: 'TEST_INVALID', line: 2, column: 9 }])
    expect([brokenFlow.results, brokenTests.results]).toEqual([[], []])
  })

  test('leaves nothing behind in the temporary folder', async () => {
    const temporary = await temporaryFolder()
    folders.push(temporary)
    vi.stubEnv('TMPDIR', temporary.path)
    expect(tmpdir()).toBe(temporary.path)
    const { results } = await run('- { name: a, request: { method: POST, path: /pots }, expect: { status: 200 } }')
    expect(results).toHaveLength(1)
    await Promise.all(folders.splice(1).map((folder) => folder.remove()))
    expect(readdirSync(temporary.path)).toEqual([])
  })
})

describe('coverage', () => {
  const coverageOf = async (tests: string) =>
    describeCoverage((await run(tests)).coverage).replaceAll(/[^\s(]*\/(?=pots\.)/g, '')

  test('counts nodes and ways out, and names what was never reached', async () => {
    const tests = `
- { name: a, request: { method: POST, path: /pots, body: { name: a } }, expect: { status: 201 } }
- { name: b, trigger: {}, stubs: { call-out: { body: [] } }, expect: { visits: [ call-out, each ] } }
`
    expect(await coverageOf(tests)).toBe(
      [
        'pots.yaml  5/8 nodes  2/4 branches',
        '  pots.yaml:10  look → else is never taken',
        '  pots.yaml:14  nodes[0].else[0] is never visited',
        '  pots.yaml:34  each → do is never taken',
        '  pots.yaml:39  tell is never visited',
        '  pots.yaml:44  apologise is never visited',
        'Coverage: 58 %.',
      ].join('\n'),
    )
  })

  test('knows whether the body of a loop was passed by, and forced ways out count as taken', async () => {
    const tests = `
- name: a
  stubs: { call-out: { body: [ 1 ] }, tell: { error: broken } }
  trigger: {}
  expect: { error: !match broken }
- { name: b, stubs: { look: { output: else } }, request: { method: POST, path: /pots }, expect: { status: 400 } }
`
    const text = await coverageOf(tests)
    expect(text).toContain('each → no iteration is never taken')
    expect(text).toContain('look → then is never taken')
    expect(text).not.toMatch(/apologise|tell/)
  })
})

test('JUnit XML has a case a test, and holds whatever a test prints', async () => {
  const { results, ms } = await run(`
- { name: "a <b> & \\"c\\" \\e", request: { method: POST, path: /pots, body: {} }, expect: { body: "]]>" } }
- { name: sound, request: { method: POST, path: /pots }, expect: { status: 400 } }
`)
  const xml = toJunit(results, ms)
  expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="2" failures="1" time="[\d.]+">/)
  expect(xml).toContain('name="a &lt;b&gt; &amp; &quot;c&quot; \ufffd"')
  expect(xml).toContain('expected  &apos;]]&gt;&apos;'.replaceAll('&apos;', "'"))
  expect(xml).toMatch(/<testcase [^<>]*name="sound"[^<>]*\/>/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold.
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
})
