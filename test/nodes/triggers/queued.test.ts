/** Triggers that no request fires. */
import { describe, expect, test } from 'vitest'
import { loadApplication } from '../../../engine/load/load-application.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'

const flowOf = (on: string, nodes = '[ { type: debug, message: << data >> } ]') =>
  `name: a\non:\n${on.replace(/^/gm, '  ')}\nnodes: ${nodes}\n`

function load(on: string, nodes?: string) {
  return loadSources([{ file: 'a.yaml', text: flowOf(on, nodes) }])
}

function specOf(on: string) {
  const { application, problems } = load(on)
  return application?.triggers[0]?.spec ?? problems
}

const id = '6a1c2d3e4f5a6b7c8d9e0f1b'

describe('a trigger of devices', () => {
  test('is about all of them, or those that it names', () => {
    expect(specOf('device-created: all')).toEqual({ on: 'create', devices: undefined })
    expect(
      specOf(`device-connect: { deviceIds: ["${id}"], deviceTags: [ { key: a, value: b }, { key: c } ] }`),
    ).toEqual({
      on: 'connect',
      devices: { deviceIds: [id], deviceTags: [{ key: 'a', value: 'b' }, { key: 'c' }] },
    })
    expect(specOf('device-inactivity: { query: { name: Fern } }\nseconds: 60')).toEqual({
      on: 'inactivity',
      devices: { query: { name: 'Fern' } },
      seconds: 60,
    })
    expect(specOf('device-state: all\nattributes: [moisture]\nmaxAge: 5\nreports: batch\nbatch: once')).toEqual({
      on: 'state',
      devices: undefined,
      attributes: ['moisture'],
      ignoredAttributes: undefined,
      maxAgeSeconds: 5,
      reports: 'batch',
      batch: 'once',
    })
  })

  test.each([
    ['device-state: some', 3, 17],
    ['device-state: {}', 3, 17],
    ['device-state: { deviceIds: [] }', 3, 30],
    ['device-state: { deviceIds: [12] }', 3, 31],
    ['device-state: { deviceTags: [ {} ] }', 3, 33],
    ['device-state: { deviceTags: [ { key: << data.kind >> } ] }', 3, 40],
    ['device-state: { query: {} }', 3, 26],
    ['device-state: { query: { colour: green } }', 3, 3],
    ['device-state: { query: { experienceUserId: 1 } }', 3, 3],
    ['device-state: all\nmaxAge: 0', 4, 11],
    ['device-inactivity: all\nseconds: 0.5', 4, 12],
  ])('refuses %j where it stands', (on, line, column) => {
    const { application, problems } = load(on)
    expect(problems.map((problem) => [problem.line, problem.column])).toEqual([[line, column]])
    expect(application).toBeUndefined()
  })
})

describe('a timer', () => {
  const next = (on: string, from: string) => {
    const { application, problems } = loadApplication([{ file: 'a.yaml', text: flowOf(on, '[ { type: debug } ]') }], {
      nodeTypes,
      triggerTypes,
      actions: {},
    })
    const spec = application?.triggers[0]?.spec
    if (typeof spec !== 'object' || spec === null || !('next' in spec) || typeof spec.next !== 'function') {
      throw new Error(JSON.stringify(problems))
    }
    const time: unknown = spec.next(Date.parse(from))
    return typeof time === 'number' ? new Date(time).toISOString() : time
  }

  test.each([
    ['timer: { seconds: 1.5 }', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.500Z'],
    ['timer: { cron: 0 9 * * 1-5 }', '2026-01-02T09:00:00Z', '2026-01-05T09:00:00.000Z'],
    ['timer: { cron: "@daily" }', '2026-01-02T09:00:00Z', '2026-01-03T00:00:00.000Z'],
    ['timer: { cron: "30 0 9 * * *" }', '2026-01-02T09:00:00Z', '2026-01-02T09:00:30.000Z'],
    ['timer: { cron: 30 2 * * *, timeZone: Europe/Berlin }', '2026-01-02T00:00:00Z', '2026-01-02T01:30:00.000Z'],
    // There is no half past two on the day that summer time begins.
    ['timer: { cron: 30 2 * * *, timeZone: Europe/Berlin }', '2026-03-29T00:00:00Z', '2026-03-29T01:00:00.000Z'],
  ])('%s is due after %s at %s', (on, from, expected) => {
    expect(next(on, from)).toBe(expected)
  })

  test.each([
    ['timer: { seconds: 0 }', 3, 21],
    ['timer: {}', 3, 10],
    ['timer: { seconds: 5, cron: 0 9 * * * }', 3, 10],
    ['timer: { cron: every morning }', 3, 18],
    ['timer: { cron: 0 9 31 2 * }', 3, 18],
    ['timer: { cron: 0 9 * * *, timeZone: Europe/Atlantis }', 3, 39],
    ['timer: { cron: 0 9 * * *, timeZone: "" }', 3, 39],
  ])('refuses %j where it stands', (on, line, column) => {
    expect(load(on).problems.map((problem) => [problem.line, problem.column])).toEqual([[line, column]])
  })
})

describe('a topic', () => {
  test.each(['a', 'a/+/b', 'a/#', '+/a', '#'])('%s is one', (topic) => {
    expect(specOf(`mqtt: "${topic}"`)).toEqual({ on: 'topic', filter: topic })
  })

  test.each(['', 'a+/b', 'a/#/b', 'a#', '$SYS/a', 'losant/a/state', '<< data.x >>'])('%j is refused', (topic) => {
    expect(load(`mqtt: "${topic}"`).problems.map(({ line, column }) => [line, column])).toEqual([[3, 9]])
  })
})

describe('a webhook', () => {
  test('has a name, and may wait for the reply', () => {
    expect(specOf('webhook: Pay-1_x')).toEqual({ name: 'Pay-1_x', reply: false, rawBody: false })
    const { application } = load('webhook: a\nreply: true', '[ { type: reply, status: 200 } ]')
    expect(application?.webhooks[0]?.spec).toEqual({ name: 'a', reply: true, rawBody: false })
  })

  test.each([
    ['webhook: a/b', '[ { type: debug } ]', 'FLOW_WRONG_TYPE'],
    ['webhook: a\nreply: true', '[ { type: debug } ]', 'FLOW_NO_REPLY'],
    ['- webhook: a\n- webhook: a', '[ { type: debug } ]', 'FLOW_ROUTE_CONFLICT'],
    ['- webhook: a\n- endpoint: GET /webhooks/a/{b}', '[ { type: reply } ]', 'FLOW_ROUTE_CONFLICT'],
  ])('%j with %s is a problem', (on, nodes, code) => {
    expect(load(on, nodes).problems.map((problem) => problem.code)).toEqual([code])
  })

  test('may stand beside endpoints that do not take its address', () => {
    expect(load('- webhook: a\n- endpoint: GET /webhooks/ab', '[ { type: reply } ]').problems).toEqual([])
  })
})

describe('retry', () => {
  const withRetry = (on: string, retry: string) =>
    loadSources([{ file: 'a.yaml', text: `retry: ${retry}\n${flowOf(on, '[ { type: reply } ]')}` }])

  test('stands with its flow', () => {
    const { application } = withRetry('timer: { seconds: 5 }', '{ times: 3 }')
    expect(application?.flows[0]?.retry).toEqual({ times: 3, seconds: 10 })
    // A flow may fire it.
    expect(withRetry('button: Go', '{ times: 3 }').problems).toEqual([])
  })

  test.each([
    ['endpoint: GET /a', '{ times: 3 }', 'FLOW_UNKNOWN_FIELD'],
    ['webhook: a\nreply: true', '{ times: 3 }', 'FLOW_UNKNOWN_FIELD'],
    ['timer: { seconds: 5 }', '{ times: 0 }', 'FLOW_WRONG_TYPE'],
    ['timer: { seconds: 5 }', '{}', 'FLOW_MISSING_FIELD'],
    ['timer: { seconds: 5 }', '3', 'FLOW_WRONG_TYPE'],
  ])('of %j as %s is a problem', (on, retry, code) => {
    expect(withRetry(on, retry).problems.map((problem) => problem.code)).toEqual([code])
  })
})
