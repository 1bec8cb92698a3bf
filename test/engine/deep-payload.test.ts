/** Payloads that flows themselves nest so deep that a copy overflows the stack. No JSON from outside is so deep. */
import { describe, expect, it } from 'vitest'
import { compile, start } from './fixtures.ts'

function nested(levels: number): object {
  let value: object = {}
  for (let level = 0; level < levels; level++) value = { a: value }
  return value
}

const endpoint = (nodes: string) => `name: F\non: { endpoint: GET /a }\nnodes:\n${nodes}`
const handler = `
name: Handler
on: { error: global }
nodes:
  - { id: handled, type: reply, status: 418, body: << data.erroredPayload >> }`
const bothBranches = '[ a, b ]\n- { id: a, type: reply }\n- { id: b, type: step }'
const ask = '- id: n\n  type: ask\n  call: x\n  result: data.deep\n  then:'

const copied: readonly (readonly [where: string, nodes: string])[] = [
  ['for two branches of a trigger', ''],
  ['for two branches after a node', `- id: n\n  type: step\n  next: ${bothBranches}`],
  ['for two branches after a node that waits', `${ask} ${bothBranches}`],
  [
    'for two branches of an iteration',
    `- id: n\n  type: loop\n  over: 2\n  item: working.i\n  do:\n    - { id: i, type: step, next: [ x, y ] }\n    - { id: x, type: step, next: end }\n    - { id: y, type: step }\n- { id: a, type: reply }`,
  ],
  [
    'for iterations side by side',
    '- id: n\n  type: loop\n  over: 9\n  item: working.i\n  parallel: true\n  do: [ { type: step } ]\n- { id: a, type: reply }',
  ],
]

describe.each([20_000, 200_000])('a payload of %i levels', (levels) => {
  const deep = nested(levels)
  const api = async () => ({ result: deep })

  it.each(copied)('that is to be copied %s fails the run, and is told of', async (where, nodes) => {
    const flow =
      nodes === ''
        ? endpoint('- { id: a, type: reply }\n- { id: b, type: step }').replace('/a }', '/a, then: [ a, b ] }')
        : endpoint(nodes)
    const run = start(compile({ 'flow.yaml': flow }), { body: deep, api })
    await expect(run.reply, where).rejects.toMatchObject({
      code: 'RUN_FAILED',
      status: 500,
      message: expect.stringContaining('nested too deep'),
    })
    expect((await run.done).error).toMatchObject({ code: 'RUN_FAILED' })
    expect(run.names()).not.toContain('a')
  })

  it.each([
    ['at once', '- type: fail'],
    ['after it has waited', `${ask} [ { type: fail } ]`],
  ])('of a run that fails %s comes to the error triggers as a sentence', async (_when, nodes) => {
    const run = start(compile({ 'flow.yaml': endpoint(nodes), 'handler.yaml': handler }), { body: deep, api })
    expect(await run.reply).toMatchObject({
      status: 418,
      body: expect.stringMatching(/^The payload is .+ to be passed on\.$/),
    })
  })
})

it('a payload that can be copied is, however deep', async () => {
  const run = start(compile(endpoint(`${ask} ${bothBranches}`)), { api: async () => ({ result: nested(1000) }) })
  expect((await run.reply).status).toBe(200)
})
