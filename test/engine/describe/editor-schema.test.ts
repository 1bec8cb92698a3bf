/** The schema that editors get: what loads passes it, and what it refuses does not load. */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { complaints, loads, schema } from './editor-complaints.ts'

const indent = (text: string) => text.replace(/^(?=.)/gm, '    ').replace(/^ {4}/, '  - ')
const flowOf = (...nodes: string[]) =>
  `name: a\non:\n  endpoint: GET /a\nnodes:\n${nodes.map((node) => `${indent(node)}\n`).join('')}`
const flowOn = (on: string) => `name: a\non:\n${on.replace(/^/gm, '  ')}\nnodes:\n  - type: reply\n`

describe('the schema for editors', () => {
  test('is draft-07, and nothing but that and what editors add', () => {
    const strict = new Ajv({ strictSchema: true, strictTypes: false, strictTuples: false })
    addFormats.default(strict)
    strict.addKeyword('enumDescriptions')
    expect(strict.validateSchema(schema)).toBe(true)
    expect(() => strict.compile(schema)).not.toThrow()
  })

  test('has nothing beside a reference, since draft-07 overlooks it', () => {
    const crowded = JSON.stringify(schema)
      .match(/\{[^{}]*"\$ref":[^{}]*\}/g)
      ?.filter((found) => found.includes(','))
    expect(crowded).toEqual([])
  })

  test('says of every node type, trigger type and call what it is', () => {
    const text = JSON.stringify(schema)
    const summaries = [...nodeTypes, ...triggerTypes, ...Object.values(describeActions())].map(({ summary }) => summary)
    expect(summaries.filter((summary) => !text.includes(JSON.stringify(summary)))).toEqual([])
  })
})

describe('passes', () => {
  const names = readdirSync('flows')

  test.each(names)('flows/%s', (name) => {
    expect(complaints(readFileSync(`flows/${name}`, 'utf8'))).toEqual([])
  })

  test.each(nodeTypes.flatMap(({ type, examples }) => examples.map(({ title, yaml }) => ({ type, title, yaml }))))(
    'the example of $type: $title',
    ({ yaml }) => expect(complaints(flowOf(yaml))).toEqual([]),
  )

  test.each(triggerTypes.flatMap(({ key, examples }) => examples.map(({ title, yaml }) => ({ key, title, yaml }))))(
    'the example of the trigger $key: $title',
    ({ yaml }) => expect(complaints(flowOn(yaml))).toEqual([]),
  )

  test.each([
    ['a template where a number is asked', 'type: reply\nstatus: << data.n >>'],
    ['digits where they will do', "type: reply\nstatus: '201'"],
    ['a template with braces', "type: reply\nstatus: '{{ data.n }}'"],
    ['a template in part of parameters', 'type: api\ncall: devices.get\nwith: { perPage: << data.n >> }'],
    ['a template as all parameters', 'type: api\ncall: devices.get\nwith: << data.query >>'],
    [
      'an item of a list that is a template',
      'type: api\ncall: devices.post\nwith: { device: { name: a, tags: [ << a >> ] } }',
    ],
    ['a call without parameters that needs none', 'type: api\ncall: devices.get'],
    ['a template for a choice', 'type: api\ncall: devices.get\nwith: { sortDirection: << data.sort >> }'],
    ['a number as an expression', 'type: conditional\nif: 1\nthen: end'],
    ['a wire to nowhere', 'type: debug\nnext: end'],
    ['a branch in place', 'type: debug\nnext:\n  - { type: debug }\n  - { type: reply }'],
    ['an empty branch', 'type: conditional\nif: true\nelse: []'],
    ['a split', 'type: debug\nnext: [ audit, [ { type: debug } ] ]'],
    ['a split within a split', 'type: debug\nnext: [ [ audit, [ { type: debug } ] ] ]'],
  ])('%s', (_, node) => {
    expect(complaints(flowOf(node))).toEqual([])
  })

  test.each([
    ['several triggers', flowOn('- endpoint: GET /a\n  access: { groups: [ admins ] }\n- error: local\n  then: reply')],
    ['a flow that is tried again', `retry: { times: 3 }\n${flowOn('device-state: all')}`],
    ['an application', 'name: a\nglobals: { any: [ 1 ] }\nseeds: { users: [ { email: ada@lom.example } ] }'],
    ['an application that has only begun', 'name: a'],
    [
      'tests',
      `- name: answers
  user: ada@lom.example
  request: { method: POST, path: /devices?a=1, headers: { x-a: b }, body: { n: 1 } }
  expect:
    status: 201
    body: { id: !match "^[0-9a-f]{24}$", key: !any , rest: !partial { a: 1 } }
    visits: [ create-device ]
  stubs: { call-out: { status: 200 } }`,
    ],
    ['a body that is open as a whole', '- { name: a, request: { method: GET, path: / }, expect: { body: !any } }'],
  ])('%s', (_, text) => {
    expect(complaints(text)).toEqual([])
  })
})

describe('refuses what would not load', () => {
  const inFlow = test.each<[what: string, flow: string, complaint: string]>([
    ['an unknown node type', flowOf('type: repyl'), '/nodes/0/type must be equal to one of the allowed values'],
    ['a node without a type', flowOf('id: a'), "/nodes/0 must have required property 'type'"],
    ['an unknown field', flowOf('type: reply\nstauts: 200'), '/nodes/0 must NOT have additional properties stauts'],
    [
      'a field below that is unknown',
      flowOf('type: get-device\nresult: a\ntags: [ { kye: a } ]'),
      '/nodes/0/tags/0 must NOT have additional properties kye',
    ],
    [
      'a field that is missing',
      flowOf('type: authenticate\nemail: a\npassword: b\nresult: a', 'type: get-device\ndeviceId: a'),
      "/nodes/1 must have required property 'result'",
    ],
    ['a text where a number is asked', flowOf('type: reply\nstatus: fine'), '/nodes/0/status must be integer'],
    ['a number out of its limits', flowOf('type: reply\nstatus: 99'), '/nodes/0/status must be >= 200'],
    [
      'a choice that is none',
      flowOf('type: get-device\ndeviceId: a\nresult: b\nsortField: size'),
      '/nodes/0/sortField must match a schema in anyOf',
    ],
    ['a number where a template is asked', flowOf('type: debug\nmessage: 1'), '/nodes/0/message must be string'],
    ['a list as an expression', flowOf('type: conditional\nif: [ true ]'), '/nodes/0/if must be string,boolean,number'],
    [
      'an output of another type',
      flowOf('type: conditional\nif: true\nnext: end'),
      '/nodes/0 must NOT have additional properties next',
    ],
    [
      'a way out of a node that has none',
      flowOf('type: throw\nmessage: a\nnext: end'),
      '/nodes/0 must NOT have additional properties next',
    ],
    [
      'cases outside of a switch',
      flowOf('type: reply\ncases: []'),
      '/nodes/0 must NOT have additional properties cases',
    ],
    ['an ID with a space', flowOf('type: reply\nid: a b'), '/nodes/0/id must match pattern "^[A-Za-z][A-Za-z0-9_-]*$"'],
    ['a word of the format as an ID', flowOf('type: reply\nid: end'), '/nodes/0/id must NOT be valid'],
    ['a wire to a number', flowOf('type: debug\nnext: 1'), '/nodes/0/next must be string,array'],
    ['a wire to a map', flowOf('type: debug\nnext: { type: reply }'), '/nodes/0/next must be string,array'],
    [
      'a node among the branches of a split',
      flowOf('type: debug\nnext: [ a, { type: reply } ]'),
      '/nodes/0/next/1 must be string,array',
    ],
    ['"break" as a branch', flowOf('type: debug\nnext: [ break, a ]'), '/nodes/0/next/0 must NOT be valid'],
    [
      'a node in a branch that is wrong',
      flowOf('type: conditional\nif: true\nelse: [ { type: reply, stauts: 1 } ]', 'type: reply'),
      '/nodes/0/else/0 must NOT have additional properties stauts',
    ],
    [
      'an unknown call',
      flowOf('type: api\ncall: device.post'),
      '/nodes/0/call must be equal to one of the allowed values',
    ],
    [
      'an unknown parameter',
      flowOf('type: api\ncall: devices.get\nwith: { prePage: 1 }'),
      '/nodes/0/with must NOT have additional properties prePage',
    ],
    [
      'a parameter of the wrong type',
      flowOf(
        'type: api\ncall: devices.post\nwith: { device: { name: a, attributes: [ { name: m, dataType: nubmer } ] } }',
      ),
      '/nodes/0/with/device/attributes/0/dataType must be equal to one of the allowed values',
    ],
    [
      'a parameter that is missing',
      flowOf('type: api\ncall: device.get\nwith: {}'),
      "/nodes/0/with must have required property 'deviceId'",
    ],
    [
      'parameters that are missing',
      flowOf('type: api\ncall: device.get'),
      "/nodes/0 must have required property 'with'",
    ],
    [
      'a body that an action would not take',
      flowOf('type: create-device\ndevice: { nmae: a }\nresult: a'),
      '/nodes/0/device must NOT have additional properties nmae',
    ],
    ['a trigger of no type', flowOn('endpiont: GET /a'), "/on must have required property 'endpoint'"],
    ['a trigger of two types', flowOn('endpoint: GET /a\nbutton: b'), '/on must NOT have additional properties button'],
    [
      'a field that the trigger does not have',
      flowOn('button: b\naccess: public'),
      '/on must NOT have additional properties access',
    ],
    ['an access that is none', flowOn('endpoint: GET /a\naccess: admins'), '/on/access must match a schema in anyOf'],
    ['an empty list of triggers', flowOn('[]'), '/on must NOT have fewer than 1 items'],
    ['a flow without triggers', 'name: a\nnodes: [ { type: reply } ]', "must have required property 'on'"],
    ['a flow without nodes', 'name: a\non: { button: a }', "must have required property 'nodes'"],
    ['a flow without a name', 'on: { button: a }\nnodes: [ { type: reply } ]', "must have required property 'name'"],
    ['nodes that are a map', 'name: a\non: { button: a }\nnodes: { type: reply }', '/nodes must be array'],
    [
      'a key that flows do not have',
      `trigger: a\n${flowOf('type: reply')}`,
      'must NOT have additional properties trigger',
    ],
    [
      'retries without a number of times',
      `retry: {}\n${flowOn('device-state: all')}`,
      "/retry must have required property 'times'",
    ],
  ])
  inFlow('in a flow: %s', (_, text, complaint) => {
    expect(complaints(text)).toContainEqual(expect.stringContaining(complaint))
    expect(loads('a.yaml', text)).toBe(false)
  })

  test.each([
    ['a key that it does not have', 'name: a\nport: 80\ncors: true', 'must NOT have additional properties port'],
    ['no name', 'cors: true', "must have required property 'name'"],
    ['a secret name that is a number', 'name: a\nsecretNames: [ 3 ]', '/secretNames/0 must be string'],
    ['a switch that is a text', 'name: a\ncors: "yes"', '/cors must be boolean'],
    ['an ID that is none', 'name: a\nid: pots', '/id must match pattern'],
    [
      'a host that is an address of a page',
      'name: a\nhttp: { allow: [ "http://a/b" ] }',
      '/http/allow/0 must match pattern',
    ],
    [
      'a user without an address',
      'name: a\nseeds: { users: [ { firstName: Ada } ] }',
      "/seeds/users/0 must have required property 'email'",
    ],
    [
      'an address that is none',
      'name: a\nseeds: { users: [ { email: ada } ] }',
      '/seeds/users/0/email must match format "email"',
    ],
    [
      'a device that devices.post would not take',
      'name: a\nseeds: { devices: [ { name: a, colour: red } ] }',
      '/seeds/devices/0 must NOT have additional properties colour',
    ],
    ['a key of nothing at all', 'name: a\nport: 80', 'must NOT have additional properties port'],
    ['a text', 'flow', 'must be object'],
  ])('in application.yaml: %s', (_, text, complaint) => {
    expect(complaints(text)).toContainEqual(expect.stringContaining(complaint))
    expect(loads('application.yaml', text)).toBe(false)
  })
})

describe('refuses as a file of tests', () => {
  const sound = 'name: a\n  request: { method: GET, path: / }\n  expect: { status: 200 }'

  test.each([
    [
      'a test without a name',
      '- request: { method: GET, path: / }\n  expect: { status: 200 }',
      "/0 must have required property 'name'",
    ],
    [
      'a test that only starts',
      '- name: a\n  request: { method: GET }',
      "/0/request must have required property 'path'",
    ],
    [
      'a test that expects nothing',
      '- { name: a, request: { method: GET, path: / }, expect: {} }',
      '/0/expect must NOT have fewer than 1 properties',
    ],
    ['a key that tests do not have', `- ${sound}\n  expects: {}`, '/0 must NOT have additional properties expects'],
    [
      'an expectation that there is not',
      '- { name: a, request: { method: GET, path: / }, expect: { stauts: 200 } }',
      '/0/expect must NOT have additional properties stauts',
    ],
    [
      'a status in words',
      '- { name: a, request: { method: GET, path: / }, expect: { status: created } }',
      '/0/expect/status must be integer',
    ],
    [
      'a method in lower case',
      '- { name: a, request: { method: get, path: / }, expect: { status: 200 } }',
      '/0/request/method must be equal to one of the allowed values',
    ],
    [
      'a path without a slash',
      '- { name: a, request: { method: GET, path: devices }, expect: { status: 200 } }',
      '/0/request/path must match pattern "^/"',
    ],
    ['a user who is no address', `- ${sound}\n  user: ada`, '/0/user must match format "email"'],
  ])('%s', (_, text, complaint) => {
    expect(complaints(text)).toContainEqual(expect.stringContaining(complaint))
  })
})
