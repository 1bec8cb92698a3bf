import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createTokens } from '../../../platform/auth/tokens.ts'

const key = 'a signing key for tests, long enough'
const other = 'another signing key, just as long as it'

const issuer = '6a1c2d3e4f5a6b7c8d9e0f1b'

function setUp(signingKey = key, application = issuer) {
  const clock = { ms: 1_700_000_000_123, now: () => clock.ms }
  return { clock, tokens: createTokens(signingKey, application, clock) }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function forge(header: object, claims: object, signingKey = key): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac('sha256', signingKey).update(text).digest('base64url')}`
}

const claims = { aud: 'experience', sub: 'ada', iat: 1_700_000_000, issuedMs: 1_700_000_000_000 }
const header = { alg: 'HS256', typ: 'JWT' }

describe('tokens', () => {
  it('come back as they were signed, with the time to the millisecond', () => {
    const { tokens } = setUp()
    const token = tokens.sign('experience', { sub: 'ada', gen: 3, data: { a: [1, 'x'] } }, 60)
    expect(tokens.read('experience', token)).toEqual({
      iss: issuer,
      aud: 'experience',
      sub: 'ada',
      gen: 3,
      data: { a: [1, 'x'] },
      iat: 1_700_000_000,
      issuedMs: 1_700_000_000_123,
      exp: 1_700_000_061,
    })
  })

  it('of another application with the same key are none of this one', () => {
    const [here, there] = [setUp().tokens, setUp(key, '6a1c2d3e4f5a6b7c8d9e0f1c').tokens]
    for (const audience of ['experience', 'device', 'administrator'] as const) {
      expect(here.read(audience, there.sign(audience, { sub: 'ada@lom.example' }, 60))).toBeNull()
    }
  })

  it('without an issuer, as they were made before, are those of users and devices alone', () => {
    const { tokens } = setUp()
    const readers = (['experience', 'device', 'administrator'] as const).filter(
      (aud) => tokens.read(aud, forge(header, { ...claims, aud })) !== null,
    )
    expect(readers).toEqual(['experience', 'device'])
  })

  it('of one kind are none of another', () => {
    const { tokens } = setUp()
    for (const audience of ['experience', 'device', 'administrator'] as const) {
      const token = tokens.sign(audience, { sub: 'x' }, 60)
      const readers = (['experience', 'device', 'administrator'] as const).filter(
        (one) => tokens.read(one, token) !== null,
      )
      expect(readers).toEqual([audience])
    }
  })

  it('expire within a second of their time, also when they were read before', () => {
    const { tokens, clock } = setUp()
    const token = tokens.sign('experience', { sub: 'ada' }, 60)
    clock.ms += 60_000
    expect(tokens.read('experience', token)).not.toBeNull()
    clock.ms += 1000
    expect(tokens.read('experience', token)).toBeNull()
    expect(tokens.read('experience', tokens.sign('experience', { sub: 'ada' }, 0))).toBeNull()
  })

  it('without a time to live do not expire', () => {
    const { tokens, clock } = setUp()
    const token = tokens.sign('experience', { sub: 'ada' })
    clock.ms += 100 * 365 * 86_400_000
    expect(tokens.read('experience', token)).not.toBeNull()
  })

  it('are read if somebody signs them with our key: the forgeries below differ in one thing each', () => {
    expect(setUp().tokens.read('experience', forge(header, claims))).not.toBeNull()
  })

  it.each([
    ['another key', forge(header, claims, other)],
    ['alg none and no signature', `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`],
    ['alg none and our signature', forge({ alg: 'none' }, claims)],
    ['alg HS512', forge({ alg: 'HS512', typ: 'JWT' }, claims)],
    ['alg RS256', forge({ alg: 'RS256', typ: 'JWT' }, claims)],
    ['no alg', forge({ typ: 'JWT' }, claims)],
    ['a crit header', forge({ ...header, crit: ['exp'] }, claims)],
    ['no audience', forge(header, { sub: 'ada', iat: 1, issuedMs: 1000 })],
    ['several audiences of which none is ours', forge(header, { ...claims, aud: ['device', 'x'] })],
    ['no subject', forge(header, { aud: 'experience', iat: 1, issuedMs: 1000 })],
    ['claims that are no object', forge(header, [])],
    ['nothing', ''],
    ['dots', '..'],
    ['text', 'not a token'],
    ['a million characters', 'x'.repeat(1_000_000)],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00]).toString('latin1')],
  ])('with %s are refused', (_what, token) => {
    expect(setUp().tokens.read('experience', token)).toBeNull()
  })

  it('that were tampered with are refused, wherever that was', () => {
    const { tokens } = setUp()
    const token = tokens.sign('experience', { sub: 'ada' }, 60)
    expect(tokens.read('experience', token)).not.toBeNull()
    for (let at = 0; at < token.length; at++) {
      const tampered = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
      expect(tokens.read('experience', tampered), `at ${at}`).toBeNull()
    }
    expect(tokens.read('experience', `${token}A`)).toBeNull()
    expect(tokens.read('experience', ` ${token}`)).toBeNull()
  })
})
