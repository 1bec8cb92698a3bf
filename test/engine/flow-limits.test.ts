/** What a flow allows itself: `limits`. */
import { describe, expect, it } from 'vitest'
import { compile, heldCalls, marked, problemsOf, start } from './fixtures.ts'

const flow = (limits: string, nodes = '[ { type: step } ]', on = '{ button: go }') =>
  `name: F\non: ${on}\nlimits: ${limits}\nnodes: ${nodes}`
const ten = '[ { type: loop, over: 10, item: working.i, do: [ { type: step } ] } ]'

describe('the limits of a flow', () => {
  it.each([
    ['its visits', '{ visits: 21 }', {}, undefined],
    ['its visits', '{ visits: 20 }', {}, 'more than 20 nodes'],
    ['the settings, which it cannot raise', '{ visits: 1000000 }', { maxVisits: 20 }, 'more than 20 nodes'],
  ])('are %s: %s', async (_what, limits, settings, message) => {
    const { error } = await start(compile(flow(limits, ten), settings), {}).done
    if (message === undefined) expect(error).toBeUndefined()
    else expect(error?.message).toContain(message)
  })

  it('end a run that takes too long, and answer its client 504', async () => {
    const { api } = heldCalls()
    const nodes = '[ { type: ask, call: x }, { type: reply } ]'
    const application = compile(flow('{ seconds: 0.05 }', nodes, '{ endpoint: GET /a }'))
    const { done, reply } = start(application, { api })
    await expect(reply).rejects.toMatchObject({ code: 'RUN_TIMED_OUT', status: 504 })
    expect((await done).error).toBeDefined()
  })

  it.each([
    ['nothing', 'FLOW_WRONG_TYPE', flow('‸{ visits: 0 }').replace('‸{ visits: 0', '{ visits: ‸0')],
    ['text', 'FLOW_WRONG_TYPE', flow('{ seconds: ‸soon }')],
    ['a template', 'FLOW_WRONG_TYPE', flow('{ seconds: ‸<< data.body >> }')],
    ['half a visit', 'FLOW_WRONG_TYPE', flow('{ visits: ‸0.5 }')],
    ['a body below zero', 'FLOW_WRONG_TYPE', flow('{ bodyBytes: ‸-1 }', '[ { type: reply } ]', '{ endpoint: GET /a }')],
    ['a limit that there is not', 'FLOW_UNKNOWN_FIELD', flow('{ ‸minutes: 1 }')],
    ['a body where there is none', 'FLOW_UNKNOWN_FIELD', flow('{ ‸bodyBytes: 1 }')],
    [
      'those of a custom node',
      'FLOW_UNKNOWN_FIELD',
      flow('{ visits: 5 }', '[ { type: return } ]', '{ custom-node: c }').replace('limits', '‸limits'),
    ],
  ] as const)('cannot be %s', (_what, code, wrong) => {
    const { text, problem } = marked(wrong, code)
    expect(problemsOf(text)).toEqual([problem])
  })
})
