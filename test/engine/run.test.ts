import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import { compile, start } from './fixtures.ts'

const endpoint = (nodes: string, name = 'F', route = 'GET /a') =>
  `name: ${name}\non: { endpoint: ${route} }\nnodes:\n${nodes}`
const errorFlow = (scope: string, nodes: string, name = 'Handler') =>
  `name: ${name}\non: { error: ${scope} }\nnodes:\n${nodes}`

/** An answer that the test gives when it wants to. */
function heldAnswer() {
  let give: (outcome: ApiOutcome) => void = () => undefined
  const promise = new Promise<ApiOutcome>((resolve) => {
    give = resolve
  })
  return { api: () => promise, give }
}

describe('a run', () => {
  it('gives a template that is one path its value with its type', async () => {
    const run = start(
      compile(endpoint('- { type: reply, body: { n: << data.body.n >>, text: "n is << data.body.n >>" } }')),
      { body: { n: 3 } },
    )
    expect((await run.reply).body).toEqual({ n: 3, text: 'n is 3' })
  })

  it('drops the key of a missing value and lists its path', async () => {
    const run = start(compile(endpoint('- { type: reply, body: { a: << data.body.no >>, b: 1 } }')), { body: {} })
    expect((await run.reply).body).toEqual({ b: 1 })
    expect(run.missing).toEqual(['data.body.no'])
  })

  it('fails where a list would have a gap, naming file, line, field and path', async () => {
    const run = start(compile(endpoint('- id: r\n  type: reply\n  body: { ids: [ << data.body.no >> ] }')), {
      body: {},
    })
    await expect(run.reply).rejects.toMatchObject({
      code: 'RUN_FAILED',
      status: 500,
      message: expect.stringMatching(/flow\.yaml:6:18 \(r\.body\.ids\[0\]\): << data\.body\.no >> is missing/),
    })
  })

  it('fails where a required field comes out missing, and where a value does not fit', async () => {
    const missing = start(
      compile(endpoint('- { type: set, path: working.a, to: << data.body.no >> }\n- type: reply')),
      { body: {} },
    )
    await expect(missing.reply).rejects.toThrow(/data\.body\.no >> is missing, and the node requires it/)
    const unfit = start(compile(endpoint('- { type: reply, status: << data.body >> }')), { body: 'abc' })
    await expect(unfit.reply).rejects.toThrow(/does not fit/)
  })

  it('takes digits for a status, and no other text for a number', async () => {
    const run = start(compile(endpoint('- { type: reply, status: << data.body >> }')), { body: '404' })
    expect((await run.reply).status).toBe(404)
  })

  it('escapes HTML where the node says so, and nowhere else', async () => {
    const nodes = (html: boolean) =>
      endpoint(`- { type: reply, html: ${html}, body: "<b>< < data.body >></b>" }`.replace('< <', '<<'))
    expect((await start(compile(nodes(true)), { body: '<i>' }).reply).body).toBe('<b>&lt;i&gt;</b>')
    expect((await start(compile(nodes(false)), { body: '<i>' }).reply).body).toBe('<b><i></b>')
  })

  it('reads the time from the clock that it was handed', async () => {
    const run = start(compile(endpoint('- { type: reply, body: << currentDateTime >> }')))
    expect((await run.reply).body).toContain('1970')
  })

  it('is answered by the first reply, and goes on after it', async () => {
    const nodes = '- { type: reply, body: 1, next: b }\n- { id: b, type: step, next: c }\n- { id: c, type: step }'
    const run = start(compile(endpoint(nodes)))
    expect((await run.reply).body).toBe(1)
    expect((await run.done).error).toBeUndefined()
    expect(run.names().slice(1)).toEqual(['b', 'c'])
  })

  it('is answered while a branch still waits', async () => {
    const held = heldAnswer()
    const nodes = '- type: step\n  next: [ [ { type: ask, call: x } ], [ { type: reply, body: now } ] ]'
    const run = start(compile(endpoint(nodes)), { api: held.api })
    expect((await run.reply).body).toBe('now')
    held.give({ result: {} })
    expect((await run.done).error).toBeUndefined()
  })

  it('says at once that it ended without a reply', async () => {
    const application = compile('name: F\non: { button: go }\nnodes: [ { type: step } ]')
    const run = start(application)
    await expect(run.reply).rejects.toMatchObject({ code: 'RUN_NO_REPLY', status: 500 })
  })

  it.each([
    ['has failed', endpoint('- { type: lose }\n- { type: reply }'), 'RUN_NO_REPLY'],
    ['has not failed', 'name: F\non: { button: go }\nnodes: [ { type: lose } ]', undefined],
  ])('%s without a reply, by whether its trigger expects one', async (_, flow, code) => {
    expect((await start(compile(flow)).done).error?.code).toBe(code)
  })

  it('stops every branch when one throws', async () => {
    const held = heldAnswer()
    const nodes = '- type: step\n  next: [ [ { type: ask, call: x }, { id: never, type: step } ], [ { type: fail } ] ]'
    const run = start(compile(endpoint(nodes)), { api: held.api })
    await expect(run.reply).rejects.toMatchObject({ code: 'RUN_FAILED' })
    held.give({ result: {} })
    await run.done
    expect(run.names()).not.toContain('never')
  })

  it('fails at a call that is refused and has no else, and goes by else where there is one', async () => {
    const refuse = async (): Promise<ApiOutcome> => ({ error: { type: 'Validation', statusCode: 400, message: 'no' } })
    const bare = start(compile(endpoint('- { type: ask, call: x }\n- type: reply')), { api: refuse })
    await expect(bare.reply).rejects.toThrow(/: no$/)
    const wired = start(
      compile(endpoint('- { type: ask, call: x, else: [ { type: reply, body: refused } ] }\n- type: reply')),
      { api: refuse },
    )
    expect((await wired.reply).body).toBe('refused')
  })

  it('refuses to begin past the number of concurrent runs, and begins again after one has ended', async () => {
    const held = heldAnswer()
    const application = compile(endpoint('- { type: ask, call: x }\n- type: reply'), { maxConcurrentRuns: 1 })
    const first = start(application, { api: held.api })
    expect(() => start(application)).toThrow(expect.objectContaining({ status: 503, headers: { 'retry-after': '1' } }))
    held.give({ result: {} })
    await first.done
    expect((await start(application).reply).status).toBe(200)
  })

  it('is held to the number of nodes it may visit and to the size of its payload', async () => {
    const steps = '- type: step\n'.repeat(5)
    const visits = start(compile(endpoint(`${steps}- type: reply`), { maxVisits: 5 }))
    await expect(visits.reply).rejects.toThrow(/more than 5 nodes/)
    const big = start(compile(endpoint('- type: reply'), { maxPayloadBytes: 1000 }), { body: 'x'.repeat(1000) })
    await expect(big.reply).rejects.toThrow(/beyond 1000 bytes/)
  })

  it('is stopped when its answers have made the payload too large', async () => {
    const asks = Array.from({ length: 20 }, (_, n) => `- { type: ask, call: x, result: working.r${n} }`).join('\n')
    const application = compile(endpoint(`${asks}\n- type: reply`), { maxPayloadBytes: 2000 })
    const run = start(application, { api: async () => ({ result: { text: 'x'.repeat(400) } }) })
    await expect(run.reply).rejects.toThrow(/beyond 2000 bytes/)
  })

  it('leaves what other runs see of the globals alone', async () => {
    const application = compile({
      'application.yaml': 'name: x\nglobals: { limits: { n: 1 } }',
      'f.yaml': endpoint(
        '- { type: set, path: globals.limits.n, to: 2 }\n- { type: reply, body: << globals.limits.n >> }',
      ),
    })
    expect((await start(application).reply).body).toBe(2)
    const look = compile({
      'application.yaml': 'name: x\nglobals: { limits: { n: 1 } }',
      'f.yaml': endpoint('- { type: reply, body: << globals.limits.n >> }'),
    })
    expect((await start(look).reply).body).toBe(1)
    expect(application.settings.globals).toEqual({ limits: { n: 1 } })
  })
})

describe('a run out of time', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is answered 504, and what it waited for is not gone on with', async () => {
    const held = heldAnswer()
    const run = start(compile(endpoint('- { type: ask, call: x }\n- { id: r, type: reply }'), { runTimeoutMs: 1000 }), {
      api: held.api,
    })
    vi.advanceTimersByTime(1000)
    await expect(run.reply).rejects.toMatchObject({ code: 'RUN_TIMED_OUT', status: 504 })
    held.give({ result: {} })
    await run.done
    expect(run.names()).not.toContain('r')
  })
})

describe('error triggers', () => {
  it('fire in scope, know what failed where, and may answer the request', async () => {
    const application = compile({
      'a.yaml': endpoint('- { id: broken, type: fail }'),
      'handler.yaml': errorFlow('experience', '- { type: reply, status: 418, body: << data >> }'),
    })
    const run = start(application, { body: { n: 1 } })
    const reply = await run.reply
    expect(reply.status).toBe(418)
    expect(reply.body).toMatchObject({
      errorInfo: { error: { name: 'Error', message: 'it broke' }, nodeId: 'broken', nodeType: 'fail' },
      erroredPayload: { data: { body: { n: 1 } } },
      replyId: 'reply-1',
    })
    expect((await run.done).error).toMatchObject({ code: 'RUN_FAILED' })
  })

  it.each([
    ['local', 'another flow', false],
    ['experience', 'an endpoint', true],
    ['global', 'any flow', true],
  ])('of scope %s in %s fires: %s', async (scope, _where, fires) => {
    const application = compile({
      'a.yaml': endpoint('- type: fail'),
      'handler.yaml': errorFlow(scope, '- { id: handled, type: step }'),
    })
    const run = start(application)
    await run.done
    expect(run.names().includes('handled')).toBe(fires)
  })

  it("answer nearest first: the flow's own before one for all, even if it waits", async () => {
    const held = heldAnswer()
    const application = compile({
      'a.yaml':
        'name: A\non: [ { endpoint: GET /a }, { error: local, then: own } ]\nnodes:\n- { type: fail }\n- { id: own, type: ask, call: x }\n- { type: reply, body: own }',
      '0.yaml': errorFlow('global', '- { type: reply, body: global }'),
    })
    const run = start(application, { api: held.api })
    held.give({ result: {} })
    expect((await run.reply).body).toBe('own')
  })

  it('do not fire for their own failure', async () => {
    const application = compile({
      'a.yaml': endpoint('- type: fail'),
      'handler.yaml': errorFlow('global', '- { id: handler, type: fail }'),
    })
    const run = start(application)
    await expect(run.reply).rejects.toMatchObject({ code: 'RUN_FAILED' })
    expect(run.names().filter((name) => name === 'handler')).toHaveLength(1)
  })

  it('are told of a payload that is too large by a sentence', async () => {
    const application = compile({
      'a.yaml': endpoint('- type: fail'),
      'handler.yaml': errorFlow('global', '- { type: reply, body: << data.erroredPayload >> }'),
    })
    expect((await start(application, { body: 'x'.repeat(300_000) }).reply).body).toBe(
      'The payload is too large to be passed on.',
    )
  })
})

describe('an application', () => {
  it('is idle when every run and its handlers have ended', async () => {
    const held = heldAnswer()
    const application = compile(endpoint('- { type: ask, call: x }\n- type: reply'))
    start(application, { api: held.api })
    let isIdle = false
    const idle = application.whenIdle().then(() => {
      isIdle = true
    })
    await Promise.resolve()
    expect(isIdle).toBe(false)
    held.give({ result: {} })
    await idle
    expect(isIdle).toBe(true)
  })
})
