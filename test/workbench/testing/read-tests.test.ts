import { describe, expect, test } from 'vitest'
import { readTests } from '../../../workbench/testing/read-tests.ts'

const nodeIds = new Map([
  ['pots', new Set(['create-pot', 'mail'])],
  ['other', new Set(['look'])],
])

function read(text: string) {
  return readTests({ file: 'flows/pots.test.yaml', text }, nodeIds)
}

const request = 'request: { method: GET, path: /pots }'
const sound = `- name: a\n  ${request}\n  expect: { status: 200 }`

describe('a file of tests', () => {
  test('is read whole, with templates, matchers, stubs and seeds', () => {
    const { tests, problems } = read(`
- name: lists
  clock: 2026-01-02T03:04:05Z
  random: 7
  user: ada@lom.example
  seed: { users: [ { email: ada@lom.example } ], devices: [ { name: Fern } ] }
  stubs: { mail: [ { sent: true }, { error: down } ], create-pot: { error: { statusCode: 503, message: busy } }, other/look: { output: next } }
  steps:
    - { call: devices.get, save: { first: result.items.0.deviceId } }
    - request: { method: GET, path: /pots/<< saved.first >> }
      expect: { status: 200, body: !partial { id: << saved.first >>, at: !any , by: !match "^<< user.id >>$" } }
`)
    expect(problems).toEqual([])
    expect(tests).toMatchObject([
      { name: 'lists', line: 2, flowId: 'pots', random: '7', steps: [{ clock: Date.UTC(2026, 0, 2, 3, 4, 5) }, {}] },
    ])
    const known = { saved: { first: 'x1' }, user: { id: 'u1' } }
    expect(tests[0]?.steps[1]?.action.render(known)).toEqual({ method: 'GET', path: '/pots/x1' })
    expect(tests[0]?.steps[1]?.expect.get('body')?.(known)).toMatchObject({
      value: { id: 'x1', at: { tag: '!any' }, by: { pattern: '^u1$' } },
    })
  })

  test.each([
    ['nodes', 'stubs: { a: { sent: true }, b: { sent: true } }\n  expect: { status: 200, visits: [ a, b, c ] }'],
    ['a trigger', 'expect: { visits: [ a ] }\n- name: b\n  trigger: {}\n  expect: { visits: [ d ] }'],
  ])('that stands beside no flow and names %s of it has one problem, which says so', (_, rest) => {
    const { problems } = readTests(
      { file: 'flows/potts.test.yaml', text: `- name: a\n  ${request}\n  ${rest}` },
      nodeIds,
    )
    expect(problems).toMatchObject([
      {
        code: 'TEST_INVALID',
        line: 1,
        message: 'There is no flow potts beside this file.',
        hint: expect.stringContaining('Did you mean "pots"?'),
      },
    ])
  })

  test('that stands beside no flow may ask several, whose nodes have the names of their flows', () => {
    const text = `- name: a\n  ${request}\n  expect: { status: 200, visits: [ pots/create-pot, other/look ] }`
    const { tests, problems } = readTests({ file: 'flows/story.test.yaml', text }, nodeIds)
    expect(problems).toEqual([])
    expect(tests).toHaveLength(1)
  })

  test.each<[string, string, string, RegExp, RegExp?]>([
    ['that is empty', '', '1:1', /is empty/],
    ['that is a map', 'name: a', '1:1', /list/],
    ['without a test', '[]', '1:1', /list/],
    ['with a key that tests do not have', `${sound}\n  expects: {}`, '4:3', /expects/, /expect/],
    ['with two tests of one name', `${sound}\n${sound}`, '4:9', /Another test of this file is called "a"/],
    ['that expects nothing', `- name: a\n  ${request}`, '1:9', /"a" expects nothing/, /expect: \{ status: 200 \}/],
    ['that does nothing', '- name: a\n  expect: { status: 200 }', '1:3', /does none/, /request:/],
    ['that does two things', `${sound}\n  trigger: {}`, '1:3', /request and trigger/],
    ['with steps and a request beside them', `${sound}\n  steps: [ { ${request} } ]`, '2:3', /says "request" in one/],
    [
      'with an action that there is not',
      '- { name: a, call: device.gett, expect: { result: 1 } }',
      '1:20',
      /no action/,
      /"device\.get"/,
    ],
    ['with parameters of no call', `${sound}\n  with: {}`, '4:3', /parameters of a call/],
    ['that expects a status of a trigger', '- { name: a, trigger: {}, expect: { status: 200 } }', '1:37', /no status/],
    ['with a stub for no node', `${sound}\n  stubs: { maill: { sent: true } }`, '4:12', /"maill"/, /"mail"/],
    [
      'with a stub for a node of another flow',
      `${sound}\n  stubs: { look: { output: next } }`,
      '4:12',
      /"look"/,
      /"other\/look"/,
    ],
    [
      'with a visit of no node',
      `- name: a\n  ${request}\n  expect: { visits: [ create-pots ] }`,
      '3:23',
      /"create-pots"/,
      /"create-pot"/,
    ],
    [
      'with a path that is none',
      `- name: a\n  ${request}\n  expect: { payload: { a..b: 1 } }`,
      '3:24',
      /path|segment|name/i,
    ],
    [
      'with a flow that is not there',
      `- name: a\n  ${request}\n  expect: { visits: [ otherr/look, otherr/leap ] }`,
      '3:23',
      /There is no flow otherr\.$/,
      /Did you mean "other"\?/,
    ],
    ['with what no node sends', `- name: a\n  ${request}\n  expect: { sent: { post: [] } }`, '3:21', /"post"/],
    [
      'with a tag that there is not',
      `- name: a\n  ${request}\n  expect: { body: !anny }`,
      '3:19',
      /no tag !anny/,
      /Did you mean !any\?/,
    ],
    [
      'with a tag that does not fit',
      `- name: a\n  ${request}\n  expect: { body: !partial x }`,
      '3:19',
      /!partial does not fit/,
      /map or a list/,
    ],
    [
      'with a pattern that is none',
      `- name: a\n  ${request}\n  expect: { body: !match "(" }`,
      '3:26',
      /Unterminated group/,
    ],
    ['with a template that is not closed', `- name: a\n  ${request}\n  expect: { body: "<< a" }`, '3:20', /not closed/],
    [
      'with a template of the payload',
      `- name: a\n  ${request}\n  expect: { body: "<< data.a >>" }`,
      '3:23',
      /"saved" and "user"/,
    ],
    [
      'with a value that is saved later',
      `- name: a\n  steps:\n    - { request: { method: GET, path: "/<< saved.id >>" } }\n    - { ${request}, save: { id: body.id }, expect: { status: 200 } }`,
      '3:44',
      /No step before saves "id"/,
    ],
    ['with a path that is none', `${sound}\n  save: { a: body..b }`, '4:19', /path|segment|name/i],
    ['with a time that is none', `${sound}\n  clock: yesterday`, '4:10', /date/],
    [
      'with a seed that devices.post would not take',
      `${sound}\n  seed: { devices: [ { name: a, colour: red } ] }`,
      '4:33',
      /colour/,
    ],
    ['with an alias that expands without end', '- &a [ *a ]', '1:8', /contain itself/],
  ])('%s is refused at its place', (_, text, place, message, hint = /^/) => {
    const { tests, problems } = read(text)
    expect(problems.map((problem) => `${problem.line}:${problem.column}`)).toContain(place)
    const problem = problems.find(({ line, column }) => `${line}:${column}` === place)
    expect(problem?.file).toBe('flows/pots.test.yaml')
    expect(problem?.message).toMatch(message)
    expect(problem?.hint ?? '').toMatch(hint)
    expect(problems.every(({ severity }) => severity === 'error')).toBe(true)
    expect(tests.length).toBeLessThan(3)
  })
})
