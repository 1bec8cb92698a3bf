import { describe, expect, test } from 'vitest'
import { problemsOf, runNode } from '../run-node.ts'

const ada = { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example', password: 'correct horse battery' }
const bob = { id: '5f1c2d3e4f5a6b7c8d9e0f1b', email: 'bob@lom.example', password: 'staple' }
const tokenOf = ({ id }: { id: string }) => `token of ${id}`

const fields = {
  email: 'email: << data.email >>',
  password: 'password: << data.password >>',
  token: 'token: << data.token >>',
}
const run = (given: readonly (keyof typeof fields)[], data: object, more = '') =>
  runNode({
    yaml: ['type: authenticate', ...given.map((name) => fields[name]), 'result: working.user', more].join('\n').trim(),
    payload: { data },
    users: [ada, bob],
  })

describe('authenticate', () => {
  test.each([
    ['the password', ['email', 'password'], { email: ada.email, password: ada.password }, 'then'],
    ['a wrong password', ['email', 'password'], { email: ada.email, password: bob.password }, 'else'],
    ['an unknown address', ['email', 'password'], { email: 'eve@lom.example', password: ada.password }, 'else'],
    ['no password', ['email', 'password'], { email: ada.email }, 'else'],
    ['no address', ['email', 'password'], { password: ada.password }, 'else'],
    ['a password that is a number', ['email', 'password'], { email: ada.email, password: 12345678 }, 'else'],
    ['an address that is a query', ['email', 'password'], { email: { $ne: '' }, password: ada.password }, 'else'],
    ['a list of addresses', ['email', 'password'], { email: [ada.email], password: ada.password }, 'else'],
    ['a token', ['token'], { token: tokenOf(ada) }, 'then'],
    ['an invalid token', ['token'], { token: 'token of nobody' }, 'else'],
    ['a token that is missing', ['token'], {}, 'else'],
    ['a token that is an object', ['token'], { token: {} }, 'else'],
    ['a token of this address', ['token', 'email'], { token: tokenOf(ada), email: 'Ada@lom.example' }, 'then'],
    ['a token of another address', ['token', 'email'], { token: tokenOf(ada), email: bob.email }, 'else'],
    ['a token without the address', ['token', 'email'], { token: tokenOf(ada) }, 'else'],
    ['all three, and the token', ['token', 'email', 'password'], { token: tokenOf(ada) }, 'then'],
    [
      'all three, and the password',
      ['token', 'email', 'password'],
      { token: 'stale', email: ada.email, password: ada.password },
      'then',
    ],
    [
      'all three, and neither',
      ['token', 'email', 'password'],
      { token: 'stale', email: ada.email, password: 'wrong' },
      'else',
    ],
  ] as const)('with %s', async (_, given, data, output) => {
    const result = await run(given, data)
    expect(result.error).toBeUndefined()
    expect(result.output).toBe(output)
    expect(result.payload.working).toEqual(output === 'then' ? { user: { id: ada.id, email: ada.email } } : undefined)
  })

  test('says nothing of a failure, neither on the payload nor in the log', async () => {
    const data = { email: ada.email, password: 'wrong' }
    const { payload, logs } = await run(['email', 'password'], data, 'tokenResult: working.token')
    expect(payload.data).toEqual(data)
    expect(payload).not.toHaveProperty('working')
    expect(logs).toEqual([])
  })

  test('signs a token with what the flow says of it', async () => {
    const more =
      'tokenResult: working.token\nttlSeconds: 60\ntokenData: { pot: << data.pot >> }\ninvalidateExistingTokens: true'
    const { payload, tokens } = await run(
      ['email', 'password'],
      { email: ada.email, password: ada.password, pot: 'fern' },
      more,
    )
    expect(payload.working).toMatchObject({ token: tokenOf(ada) })
    expect(tokens).toEqual([
      { user: ada.id, ttlSeconds: 60, data: { pot: 'fern' }, invalidateExistingTokens: true, isLogin: true },
    ])
  })

  test('signs no token where a token was checked and none is asked for', async () => {
    expect((await run(['token'], { token: tokenOf(ada) })).tokens).toEqual([])
  })

  test('fails for a user who is deleted in the meantime', async () => {
    const { output, payload } = await runNode({
      yaml: 'type: authenticate\nemail: a@b.example\npassword: secret\nresult: data.user\ntokenResult: data.token',
      payload: { data: {} },
      services: {
        users: {
          verifyPassword: async () => ada,
          verifyToken: async () => null,
          signToken: async () => null,
        },
      },
    })
    expect([output, payload.data]).toEqual(['else', {}])
  })

  test.each([
    ['', 'no credentials to check'],
    ['email: a', 'needs a password or a token'],
    ['password: a', 'needs an email'],
    ['token: a\npassword: b', 'needs an email'],
  ])('does not load with %j alone', (yaml, message) => {
    const problems = problemsOf(`type: authenticate\n${yaml}`.trim())
    expect(problems.map(({ code }) => code)).toEqual(['FLOW_MISSING_FIELD'])
    expect(problems[0]?.message).toContain(message)
  })
})
