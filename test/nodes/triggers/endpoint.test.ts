import { describe, expect, test } from 'vitest'
import { loadApplication } from '../../../engine/load/load-application.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'

function load(on: string, body = '{}') {
  const flow = `name: a\non:\n${on.replace(/^/gm, '  ')}\nnodes:\n  - type: reply\n    body: ${body}\n`
  const application = 'name: a\nseeds: { groups: [ { name: admins } ] }\n'
  return loadApplication(
    [
      { file: 'application.yaml', text: application },
      { file: 'a.yaml', text: flow },
    ],
    { nodeTypes, triggerTypes, actions: {} },
  )
}

describe('an endpoint', () => {
  test('is public, served and plain where nothing is said', () => {
    expect(load('endpoint: POST /devices').application?.endpoints.map(({ spec }) => spec)).toEqual([
      {
        method: 'POST',
        route: '/devices',
        access: 'public',
        enabled: true,
        rawBody: false,
        description: undefined,
        unauthorized: undefined,
      },
    ])
  })

  test('says who may call, and what others get', () => {
    const { application } = load(
      'endpoint: GET /a/{b*}\naccess: { groups: [admins] }\nenabled: false\nunauthorized: { status: 403, body: { error: No } }',
    )
    expect(application?.endpoints[0]?.spec).toEqual({
      method: 'GET',
      route: '/a/{b*}',
      access: { groups: ['admins'] },
      enabled: false,
      rawBody: false,
      description: undefined,
      unauthorized: { status: 403, body: { error: 'No' } },
    })
  })

  test.each([
    ['endpoint: POST devices', 'FLOW_ROUTE_SYNTAX', 3, 18],
    ['endpoint: PSOT /devices', 'FLOW_ROUTE_SYNTAX', 3, 13],
    ['endpoint: GET /a/{b}.json', 'FLOW_ROUTE_SYNTAX', 3, 20],
    ['endpoint: GET /a\naccess: { groups: [admin] }', 'FLOW_UNKNOWN_GROUP', 4, 22],
    ['endpoint: GET /a\naccess: { groups: [] }', 'FLOW_WRONG_TYPE', 4, 21],
    ['endpoint: GET /a\naccess: everybody', 'FLOW_WRONG_TYPE', 4, 11],
    ['endpoint: GET /a\nunauthorized: { status: 200, body: a }', 'FLOW_WRONG_TYPE', 4, 27],
    ['endpoint: GET /a\nunauthorized: { redirect: /sign-in }', 'FLOW_UNKNOWN_FIELD', 4, 3],
    ['endpoint: GET /a\naccess: device\nunauthorized: { redirect: /sign in }', 'FLOW_WRONG_TYPE', 5, 29],
    ['endpoint: GET /a\naccess: device\nunauthorized: { redirect: /schlüssel }', 'FLOW_WRONG_TYPE', 5, 29],
    ['endpoint: GET /a\naccess: device\nunauthorized: { redirect: "/a\\r\\nx: y" }', 'FLOW_WRONG_TYPE', 5, 29],
    ['endpoint: GET /a\naccess: device\nunauthorized: { redirect: << globals.login >> }', 'FLOW_WRONG_TYPE', 5, 29],
    [
      'endpoint: GET /a\naccess: device\nunauthorized: { status: 403, body: { a: [ "{{ b }}" ] } }',
      'FLOW_WRONG_TYPE',
      5,
      45,
    ],
    ['endpoint: GET /a\ndescription: Of << globals.a >>', 'FLOW_WRONG_TYPE', 4, 16],
    ['endpoint: GET /a\naccess: { groups: [ << globals.a >> ] }', 'FLOW_WRONG_TYPE', 4, 23],
    ['endpoint: GET /a\nacess: public', 'FLOW_UNKNOWN_FIELD', 4, 3],
  ])('%j is %s', (on, code, line, column) => {
    const { problems, application } = load(on)
    expect(problems.map((problem) => [problem.code, problem.line, problem.column])).toEqual([[code, line, column]])
    expect(application).toBeUndefined()
  })

  test.each([
    ['data.body.anything.at.all', []],
    ['data.params.plantId', []],
    ['data.params.plantID', ['FLOW_ABSENT_PATH']],
    ['data.header.host', ['FLOW_ABSENT_PATH']],
    ['data.headers.x-forwarded-proto', []],
    ['experience.user.userTags.plan', []],
    ['experience.user.experienceGroups.[0].name', []],
    ['experience.user.password', ['FLOW_ABSENT_PATH']],
    ['experience.users.id', ['FLOW_ABSENT_PATH']],
    ['working.anything', ['FLOW_ABSENT_PATH']],
  ])('knows of %s', (path, codes) => {
    const { problems } = load('endpoint: GET /plants/{plantId}', `{ a: "<< ${path} >>" }`)
    expect(problems.map(({ code }) => code)).toEqual(codes)
  })
})
