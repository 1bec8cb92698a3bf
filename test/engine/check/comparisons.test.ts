import { describe, expect, it } from 'vitest'
import { endpointFlow, placesOf, problemsOf } from './problems-of.ts'

const deciding = (condition: string, before = '') =>
  endpointFlow(`${before}- type: conditional
  if: ${condition}
  else: [ { type: reply, status: 400 } ]
- type: reply`)

const request = '- { type: http, url: https://weather.example, result: working.answer }\n'

describe('a comparison', () => {
  it.each([
    ['<< data.params.id >> === 5', 'never'],
    ['<< data.params.id >> !== 5', 'always'],
    ['5 === << data.params.id >>', 'never'],
    ['<< data.query.page >> !== 0', 'always'],
    ['<< data.query.all >> === true', 'never'],
    [`<< data.method >> === 'POST'`, 'lower case'],
    [`<< data.method >> == 'Post'`, 'lower case'],
    ['<< data.body.a >> === << data.body.a >>', 'itself'],
    ['(<< data.body.b >> && << data.query.page >> === 1) || << data.body.a >>', 'never'],
    [`<< data.body.kind >> === 'set' || "reset"`, 'always'],
    [`<< data.body.kind >> === 'a' || 'b' || 'c'`, 'always'],
  ])('is named: %s', (condition, why) => {
    const flow = deciding(condition)
    expect(placesOf(flow)).toEqual([expect.stringMatching(/^5:\d+ FLOW_COMPARISON_DECIDED$/)])
    expect(problemsOf(flow)[0]).toMatchObject({ severity: 'warning', hint: expect.any(String) })
    expect(problemsOf(flow)[0]?.message).toContain(why)
  })

  it.each([
    `<< data.params.id >> === '5'`,
    '<< data.params.id >> == 5',
    '<< data.params.id >> > 5',
    `<< data.method >> === 'post'`,
    '<< data.body.n >> === 5',
    '<< data.query.a >> === << data.query.b >>',
    '-<< data.params.id >> === 5',
    '<< data.params.id >> * 1 === 5',
    `(<< data.body.kind >> || 'set') === 'set'`,
    '<< data.query.a >> === null',
    '<< data.query.a >> !== undefined',
    'length(<< data.query.a >>) === 3',
    '<< length data.query.a >> === 3',
    `<< data.body.kind >> === 'a' || << data.body.kind >> === 'b'`,
  ])('is sound: %s', (condition) => {
    expect(placesOf(deciding(condition))).toEqual([])
  })

  it('knows what an answer over HTTP consists of', () => {
    expect(placesOf(deciding(`<< working.answer.statusCode >> === '200'`, request))).toEqual([
      '6:39 FLOW_COMPARISON_DECIDED',
    ])
    expect(placesOf(deciding('<< working.answer.statusCode >> === 200', request))).toEqual([])
  })

  it('forgets what a path was once another node has written it', () => {
    const before = '- { type: mutate, rules: [ { set: data.params.id, to: 5 } ] }\n'
    expect(placesOf(deciding('<< data.params.id >> === 5', before))).toEqual([])
    const inBranch = `- { type: conditional, if: << data.body.a >>, then: [ ${before.slice(2, -1)} ] }\n`
    expect(placesOf(deciding('<< data.params.id >> === 5', inBranch))).toEqual([])
  })
})

describe('a header', () => {
  it('that is read in upper case is named, with its name', () => {
    const flow = endpointFlow('- { type: reply, body: << data.headers.Authorization >> }')
    expect(placesOf(flow)).toEqual(['4:27 FLOW_ABSENT_PATH'])
    expect(problemsOf(flow)[0]?.hint).toBe('Did you mean "authorization"?')
    const answer = '- type: reply\n  body: << working.answer.headers.Content-Type >>'
    expect(placesOf(endpointFlow(request + answer))).toEqual(['6:12 FLOW_ABSENT_PATH'])
  })

  it('that the flow has written itself is read as it was written', () => {
    const nodes =
      '- { type: mutate, rules: [ { set: data.headers.X-A, to: 1 } ] }\n- { type: reply, body: << data.headers.X-A >> << data.headers.x-b >> }'
    expect(placesOf(endpointFlow(nodes))).toEqual([])
  })
})
