import { describe, expect, test } from 'vitest'
import { shapeOfSchema } from '../../../engine/json-schema/shape-of-schema.ts'
import { userShape } from '../../../nodes/parts/user-shape.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { runNode } from '../run-node.ts'

test.each(['experienceUser.get', 'experienceUsers.post'])('what flows know of a user is what %s answers', (call) => {
  expect(userShape).toEqual(shapeOfSchema(describeActions()[call]?.result ?? {}))
})

describe('create-user', () => {
  const yaml = `type: create-user
email: << data.email >>
password: << data.password >>
firstName: << data.firstName >>
tags: << data.tags >>
result: data.user`

  test('sends what it was given, as it is, and nothing for what is missing', async () => {
    const data = { email: 'ada@lom.example', password: 12345678, tags: { plan: '<b>' } }
    const { calls } = await runNode({ yaml: `${yaml}\nelse: end`, payload: { data } })
    expect(calls).toEqual([
      {
        call: 'experienceUsers.post',
        params: { experienceUser: { email: data.email, password: data.password, userTags: data.tags } },
      },
    ])
  })

  test('fails the run where it is refused and nothing is wired', async () => {
    const { error } = await runNode({ yaml, payload: { data: { email: 'a@b.example', password: 'x' } } })
    expect(String(error)).toContain('experienceUsers.post was refused with 404')
  })

  test('needs an address and a password', async () => {
    const { error, calls } = await runNode({ yaml, payload: { data: { email: 'a@b.example' } } })
    expect(String(error)).toContain('<< data.password >>')
    expect(calls).toEqual([])
  })
})

describe('update-user', () => {
  const yaml = 'type: update-user\nuser: ada@lom.example\nelse: end\npassword: << data.password >>'
  const sent = async (more: string) => {
    const { calls } = await runNode({ yaml: `${yaml}\n${more}`, payload: { data: { password: 'correct horse' } } })
    return calls.map(({ params }) => params)
  }
  const params = (experienceUser: object) => [{ experienceUserId: 'ada@lom.example', experienceUser }]

  test('leaves it to the platform to end tokens, unless they are kept', async () => {
    expect(await sent('')).toEqual(params({ password: 'correct horse' }))
    expect(await sent('keepTokens: false')).toEqual(params({ password: 'correct horse' }))
    expect(await sent('keepTokens: true')).toEqual(params({ password: 'correct horse', keepTokens: true }))
  })
})

describe('get-user', () => {
  test('fails the run where the platform fails, in place of saying that there is nobody', async () => {
    const { error, payload } = await runNode({
      yaml: 'type: get-user\nuser: << data.id >>\nresult: data.user',
      payload: { data: { id: 'x' } },
      answers: { 'experienceUser.get': { error: { type: 'Error', statusCode: 503, message: 'The database is busy' } } },
    })
    expect(String(error)).toContain('experienceUser.get was refused with 503: The database is busy')
    expect(payload.data).toEqual({ id: 'x' })
  })

  test('finds nobody by what is neither an ID nor an address', async () => {
    const { output, payload } = await runNode({
      yaml: 'type: get-user\nuser: << data.id >>\nresult: data.user',
      payload: { data: { id: '' } },
      answers: { 'experienceUser.get': { error: { type: 'Validation', statusCode: 400, message: 'too short' } } },
    })
    expect([output, payload.data]).toEqual(['next', { id: '', user: null }])
  })

  test.each([undefined, null, 5, {}, ['a']])('takes nothing but text: %j fails', async (id) => {
    const { error, calls } = await runNode({
      yaml: 'type: get-user\nuser: << data.id >>\nresult: data.user',
      payload: { data: { id } },
    })
    expect(String(error)).toContain('user')
    expect(calls).toEqual([])
  })
})

describe('generate-token', () => {
  test('hands on what the flow says of the token', async () => {
    const { tokens } = await runNode({
      yaml: 'type: generate-token\nuser: ada@lom.example\nttlSeconds: << data.ttl >>\ndata: { a: 1 }\ntreatAsLogin: true\nresult: data.token',
      payload: { data: { ttl: 5 } },
      users: [{ id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example', password: '' }],
    })
    expect(tokens).toEqual([
      { user: 'ada@lom.example', ttlSeconds: 5, data: { a: 1 }, invalidateExistingTokens: false, isLogin: true },
    ])
  })

  test.each(['soon', 0, -1, 1.5, null])('refuses to make a token that lasts for %j', async (ttl) => {
    const { error, tokens } = await runNode({
      yaml: 'type: generate-token\nuser: ada@lom.example\nttlSeconds: << data.ttl >>\nresult: data.token',
      payload: { data: { ttl } },
    })
    expect(String(error)).toContain('ttlSeconds')
    expect(tokens).toEqual([])
  })
})
