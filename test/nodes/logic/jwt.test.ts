import { createHmac, generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { createDecoder, createSigner } from 'fast-jwt'
import { describe, expect, it } from 'vitest'
import { jwtCreate } from '../../../nodes/logic/jwt-create.ts'
import { jwtDecode } from '../../../nodes/logic/jwt-decode.ts'
import { jwtVerify } from '../../../nodes/logic/jwt-verify.ts'
import { problemsOf, runNode } from '../run-node.ts'

/** The run's clock, in seconds. */
const now = 1_700_000_000
const secret = 'It is a secret'

function asPem({ publicKey, privateKey }: KeyPairKeyObjectResult) {
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const rsa = asPem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const otherRsa = asPem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as anybody can put one together. */
function forge(header: object, claims: unknown, key: string | undefined): string {
  const input = `${base64url(header)}.${base64url(claims)}`
  return `${input}.${key === undefined ? '' : createHmac('sha256', key).update(input).digest('base64url')}`
}

/** Claims as JSON, so that they may be what no value is. */
function signedText(claims: string): string {
  const input = `${base64url({ alg: 'HS256' })}.${Buffer.from(claims).toString('base64url')}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`

async function create(fields: string, data: object = {}) {
  const yaml = `type: jwt-create\nkey: << data.key >>\n${fields}\nresult: data.token\nelse: end`
  const { error, output, payload } = await runNode({ yaml, payload: { data: { key: secret, ...data } } })
  if (error !== undefined) throw error
  return { output, token: (payload.data as { token: unknown }).token }
}

async function verify(fields: string, data: object) {
  const yaml = `type: jwt-verify\ntoken: << data.token >>\nkey: << data.key >>\n${fields}\nresult: data.claims\nerrorResult: data.problem\nelse: end`
  const { error, output, payload, logs } = await runNode({ yaml, payload: { data: { key: secret, ...data } } })
  if (error !== undefined) throw error
  return { output, logs, ...(payload.data as { claims?: unknown; problem?: { type: string; message: string } }) }
}

describe('jwt-create', () => {
  it.each([
    ['claims: { sub: fern }', { sub: 'fern', iat: now }],
    ['claims: {}\nttlSeconds: 60', { iat: now, exp: now + 60 }],
    ['claims: {}\nttlSeconds: "<< data.ttl >>"', { iat: now, exp: now + 90 }],
    ['claims: {}\nissuer: lom', { iss: 'lom', iat: now }],
    [
      'claims: { iss: own, exp: 1800000000 }\nissuer: lom\nttlSeconds: 60',
      { iss: 'own', exp: 1_800_000_000, iat: now },
    ],
    ['claims: { iat: 1600000000 }\nttlSeconds: 60', { iat: 1_600_000_000, exp: 1_600_000_060 }],
    ['claims: << data.claims >>', { deep: { list: [1, null] }, iat: now }],
  ])('signs what it is given, with its times: %s', async (fields, expected) => {
    const { token } = await create(fields, { ttl: '90', claims: { deep: { list: [1, null] } } })
    expect(createDecoder()(String(token))).toEqual(expected)
  })

  it('puts into the header what it is given, but never the algorithm', async () => {
    const { token } = await create('claims: {}\nheader: { kid: "2026", typ: at+jwt }')
    const header = { alg: 'HS256', typ: 'at+jwt', kid: '2026' }
    expect(createDecoder({ complete: true })(String(token))).toMatchObject({ header })
    expect((await create('claims: {}\nheader: << data.header >>', { header: { alg: 'none' } })).token).toEqual({
      error: { type: 'ClaimsInvalid', message: 'The header cannot say alg: algorithm does.' },
    })
  })

  it.each([
    ['exp', 0],
    ['exp', 1.5],
    ['exp', '2030-01-01'],
    ['exp', null],
    ['nbf', -1],
    ['iat', 1e300],
  ])('signs no claim that would not hold: %s %j', async (claim, value) => {
    const { output, token } = await create('claims: << data.claims >>\nttlSeconds: 60', { claims: { [claim]: value } })
    expect({ output, token }).toEqual({
      output: 'else',
      token: { error: { type: 'ClaimsInvalid', message: `${claim} must be a whole number of seconds since 1970.` } },
    })
  })

  it.each([
    ['HS256', ''],
    ['HS256', null],
    ['HS256', 271_828],
    ['HS256', { secret: 'swordfish' }],
    ['HS512', rsa.publicKey],
    ['HS256', rsa.privateKey],
    ['RS256', 'swordfish'],
    ['RS256', rsa.publicKey],
    ['ES256', rsa.privateKey],
    ['ES384', asPem(generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey],
  ])('takes else with a key that is none for %s, and does not show it', async (algorithm, key) => {
    const { output, token } = await create(`claims: {}\nalgorithm: ${algorithm}`, { key })
    expect(output).toBe('else')
    expect(token).toMatchObject({ error: { type: 'KeyInvalid' } })
    expect(JSON.stringify(token)).not.toMatch(/swordfish|BEGIN|271828/)
  })

  it('fails the run where a part that the flow asks for is missing', async () => {
    await expect(create('claims: {}\nissuer: << data.gone >>')).rejects.toThrow('issuer')
    await expect(create('claims: {}\nttlSeconds: << data.gone >>')).rejects.toThrow('ttlSeconds')
    await expect(create('claims: << data.text >>', { text: 'fern' })).rejects.toThrow('must be an object')
    const yaml = 'type: jwt-create\nclaims: {}\nkey: << data.key >>\nalgorithm: RS256\nresult: data.token'
    const { error } = await runNode({ yaml, payload: { data: { key: 'swordfish' } } })
    expect(String(error)).toContain('The key does not fit RS256.')
  })

  it.each([
    ['algorithm: none', 'algorithm must be'],
    ['header: { alg: none }', 'The header cannot say alg: algorithm does.'],
    ['ttlSeconds: 0', 'ttlSeconds must be'],
  ])('has a problem at load: %s', (fields, message) => {
    const problems = problemsOf(`type: jwt-create\nclaims: {}\nkey: k\n${fields}\nresult: data.t\nelse: end`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe('a token', () => {
  it.each(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const)(
    'that is made with %s is right with its key and that algorithm alone',
    async (algorithm) => {
      const pair = algorithm.startsWith('ES')
        ? asPem(generateKeyPairSync('ec', { namedCurve: curves[algorithm as keyof typeof curves] }))
        : rsa
      const [own, given] = algorithm.startsWith('HS') ? [secret, secret] : [pair.privateKey, pair.publicKey]
      const { token } = await create(`claims: { sub: fern }\nalgorithm: ${algorithm}`, { key: own })
      const right = await verify(`algorithm: ${algorithm}`, { token, key: given })
      expect(right).toMatchObject({ output: 'then', claims: { sub: 'fern', iat: now } })
      const otherKey = algorithm.startsWith('HS') ? 'It is another' : otherRsa.publicKey
      expect((await verify(`algorithm: ${algorithm}`, { token, key: otherKey })).output).toBe('else')
      const other = algorithm === 'HS256' ? 'HS384' : 'HS256'
      expect((await verify(`algorithm: ${other}`, { token, key: secret })).output).toBe('else')
    },
  )

  const forged = (header: object, key?: string) => forge(header, { sub: 'fern' }, key)
  it.each([
    ['is unsigned', forged({ alg: 'none' })],
    ['is unsigned, in other letters', forged({ alg: 'NONE' })],
    ['says none, and is signed', forged({ alg: 'none' }, secret)],
    ['says HS256, and is not signed', forged({ alg: 'HS256' })],
    ['says another algorithm', forged({ alg: 'HS512' }, secret)],
    ['says no algorithm', forged({}, secret)],
    ['is signed with another key', forged({ alg: 'HS256' }, 'It is another')],
    ['has claims that are no object', forge({ alg: 'HS256' }, ['fern'], secret)],
    ['needs what is not known', forged({ alg: 'HS256', crit: ['b64'], b64: false }, secret)],
    ['has a part too many', `${forged({ alg: 'HS256' }, secret)}.x`],
    ['is no token', 'swordfish'],
    ['is empty', ''],
    ['is missing', undefined],
    ['is an object', { alg: 'none' }],
    ['is huge', 'a.'.repeat(500_000)],
    ['has claims that are nested deep', signedText(deep)],
    ['has a key __proto__', signedText('{"__proto__":{"admin":true}}')],
    ['has a header that is nested deep', `${Buffer.from(deep).toString('base64url')}.e30.x`],
    ['has white space in it', forged({ alg: 'HS256' }, secret).replace('.', '.\n')],
  ])('that %s is refused', async (_, token) => {
    expect(await verify('', { token })).toMatchObject({ output: 'else', problem: { type: 'TokenInvalid' } })
  })

  it('that somebody signed with the public key for a secret is refused', async () => {
    const token = forged({ alg: 'HS256' }, rsa.publicKey)
    const rs = await verify('algorithm: RS256', { token, key: rsa.publicKey })
    expect(rs).toMatchObject({ output: 'else', problem: { type: 'TokenInvalid' } })
    // The flow itself forgot to say RS256.
    const hs = await verify('', { token, key: rsa.publicKey })
    expect(hs).toMatchObject({ output: 'else', problem: { type: 'KeyInvalid' }, logs: [{ level: 'warn' }] })
  })

  const timed = (claims: object) => createSigner({ key: secret, noTimestamp: true })(claims)
  it.each([
    ['', { exp: now + 1 }, undefined],
    ['', { exp: now }, 'TokenExpired'],
    ['', { exp: now - 1 }, 'TokenExpired'],
    ['clockToleranceSeconds: 5', { exp: now - 4 }, undefined],
    ['clockToleranceSeconds: 5', { exp: now - 5 }, 'TokenExpired'],
    ['', { nbf: now }, undefined],
    ['', { nbf: now + 1 }, 'TokenNotActive'],
    ['clockToleranceSeconds: 5', { nbf: now + 5 }, undefined],
    ['issuer: lom', { iss: 'lom' }, undefined],
    ['issuer: lom', { iss: 'other' }, 'TokenInvalid'],
    ['issuer: lom', {}, 'TokenInvalid'],
    ['audience: pots', { aud: ['lamps', 'pots'] }, undefined],
    ['audience: pots', { aud: 'pots' }, undefined],
    ['audience: pots', { aud: ['lamps'] }, 'TokenInvalid'],
    ['audience: pots', {}, 'TokenInvalid'],
  ])('is held against the clock of the run, and what is asked for: %s %j', async (fields, claims, problem) => {
    const outcome = await verify(fields, { token: timed(claims) })
    expect(outcome.output).toBe(problem === undefined ? 'then' : 'else')
    expect(outcome.problem?.type).toBe(problem)
    if (problem !== undefined) expect(outcome).not.toHaveProperty('claims')
  })

  it.each([
    ['2030-01-01', 'is not a number'],
    [null, 'is not a number'],
    [-1e300, 'expired'],
  ])('with exp %j is refused', async (exp, message) => {
    const outcome = await verify('', { token: forge({ alg: 'HS256' }, { exp }, secret) })
    expect(outcome).toMatchObject({ output: 'else', problem: { message: expect.stringContaining(message) } })
  })

  it('fails the run where the flow cannot tell what to ask for, or nothing leaves from else', async () => {
    const token = timed({ iss: 'lom' })
    await expect(verify('issuer: << data.gone >>', { token })).rejects.toThrow('issuer')
    await expect(verify('audience: << data.gone >>', { token })).rejects.toThrow('audience')
    const yaml = 'type: jwt-verify\ntoken: << data.token >>\nkey: << data.key >>'
    const { error } = await runNode({ yaml, payload: { data: { key: secret, token: timed({ exp: 1 }) } } })
    expect(String(error)).toContain('The token expired at 1970-01-01T00:00:01.000Z.')
  })

  it.each(['none', 'HS1', '<< data.algorithm >>', '[ HS256, RS256 ]'])(
    'cannot choose its algorithm: %s',
    (algorithm) => {
      const problems = problemsOf(`type: jwt-verify\ntoken: t\nkey: k\nalgorithm: ${algorithm}\nelse: end`)
      expect(problems[0]).toMatchObject({
        code: 'FLOW_WRONG_TYPE',
        message: expect.stringContaining('algorithm must be'),
      })
    },
  )
})

describe('jwt-decode', () => {
  const decode = (token: unknown) =>
    runNode({
      yaml: 'type: jwt-decode\ntoken: << data.token >>\nresult: data.claims\nelse: end',
      payload: { data: { token } },
    })

  it('reads what is not signed, and asks nothing', async () => {
    const { output, payload } = await decode(forge({ alg: 'none' }, { sub: 'fern', exp: 1 }, undefined))
    expect(output).toBe('then')
    expect(payload.data).toMatchObject({ claims: { sub: 'fern', exp: 1 } })
  })

  it('keeps the digits of an integer that no number holds, and so does jwt-verify', async () => {
    const token = signedText('{"sub":8202522731445525542}')
    const claims = { sub: '8202522731445525542' }
    expect((await decode(token)).payload.data).toMatchObject({ claims })
    expect(await verify('', { token })).toMatchObject({ output: 'then', claims })
  })

  it.each([
    [signedText(deep)],
    [signedText('{"__proto__":{}}')],
    ['swordfish'],
    ['a.b.c'],
    [''],
    [undefined],
    [{}],
    [forge({}, 'text', undefined)],
    ['.'.repeat(1_000_000)],
  ])('takes else for what is no token: %#', async (token) => {
    const { output, payload } = await decode(token)
    expect(output).toBe('else')
    expect(payload.data).toMatchObject({ claims: { error: { type: 'TokenInvalid' } } })
  })
})

describe("Losant's nodes", () => {
  it('become ones of these', () => {
    expect(
      jwtCreate.losant?.translate?.({
        algorithmTemplate: 'HS256',
        dataTemplate: '{\n\t"email": "{{data.email}}",\n  "id": {{jsonEncode data.id}}\n}',
        dataTemplateType: 'json',
        destinationPath: 'data.token',
        expiresIn: 86_400,
        headerTemplate: '',
        headerTemplateType: 'json',
        issuerTemplate: '{{data.headers.host}}',
        secretTemplate: '{{globals.secret}}',
      }),
    ).toEqual({
      claims: { email: '{{data.email}}', id: '{{data.id}}' },
      key: '{{globals.secret}}',
      algorithm: 'HS256',
      ttlSeconds: 86_400,
      issuer: '{{data.headers.host}}',
      result: 'data.token',
    })
    expect(
      jwtCreate.losant?.translate?.({
        dataTemplateType: 'path',
        dataTemplate: 'data.claims',
        expiresIn: '',
        secretTemplate: 's',
        destinationPath: 'data.token',
      }),
    ).toEqual({ claims: '{{data.claims}}', key: 's', algorithm: 'HS256', result: 'data.token' })
    expect(
      jwtVerify.losant?.translate?.({
        tokenTemplate: '{{data.t}}',
        secretTemplate: 's',
        issuerTemplate: '',
        errorPath: 'data.e',
      }),
    ).toEqual({ token: '{{data.t}}', key: 's', errorResult: 'data.e' })
    expect(
      jwtDecode.losant?.translate?.({ tokenTemplate: '{{data.t}}', complete: true, destinationPath: 'data.d' }),
    ).toEqual({
      token: '{{data.t}}',
      complete: true,
      result: 'data.d',
    })
  })

  it('are refused where the key is a credential, or the algorithm a template', () => {
    expect(() => jwtVerify.losant?.translate?.({ credentialNameTemplate: 'c' })).toThrow('Its key is a credential')
    expect(() => jwtCreate.losant?.translate?.({ algorithmTemplate: '{{data.a}}' })).toThrow('Its algorithm cannot be')
  })
})

describe('keys as JSON', () => {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  }
  const jwk = (alg: keyof typeof pairs, kid = alg as string) => ({
    ...pairs[alg].publicKey.export({ format: 'jwk' }),
    kid,
    use: 'sig',
  })
  const jwks = { keys: [{ kty: 'OKP', crv: 'X25519', x: 'AA', use: 'enc' }, ...algorithms.map((alg) => jwk(alg))] }
  const sign = async (alg: keyof typeof pairs, kid: string | undefined = alg) => {
    const key = { ...pairs[alg].privateKey.export({ format: 'jwk' }), ...(kid && { kid }) }
    return (await create(`claims: { sub: fern }\nalgorithm: ${alg}`, { key })).token
  }

  it.each(algorithms)('sign with a JWK and verify by kid, in a set, as JSON, alone and as PEM: %s', async (alg) => {
    const token = await sign(alg)
    expect(createDecoder({ complete: true })(String(token))).toMatchObject({ header: { alg, kid: alg } })
    const { publicKey } = asPem(pairs[alg])
    const inOneLine = publicKey.trim().replaceAll('\n', '\\n')
    const keys = [jwks, JSON.stringify(jwks), jwks.keys, jwk(alg), JSON.stringify(jwk(alg)), publicKey, inOneLine]
    for (const key of [...keys, publicKey.replaceAll('\n', ' '), { ...jwk(alg), kid: undefined }]) {
      expect(await verify(`algorithm: ${alg}`, { token, key })).toMatchObject({
        output: 'then',
        claims: { sub: 'fern' },
      })
    }
  })

  it.each([
    [
      'a key that is not in the set',
      'RS256',
      'RS256',
      { keys: [jwk('RS256', 'old'), jwk('ES256')] },
      'TokenInvalid',
      'None of the 2 keys',
    ],
    [
      'another key of that name',
      'RS256',
      'RS256',
      { keys: [{ ...jwk('PS256'), kid: 'RS256' }] },
      'TokenInvalid',
      'signature',
    ],
    [
      'no name, where two would do',
      'RS256',
      '',
      { keys: [jwk('RS256', 'a'), jwk('PS256', 'b')] },
      'TokenInvalid',
      'does not name its key',
    ],
    [
      'a key for encryption',
      'RS256',
      'RS256',
      { keys: [{ ...jwk('RS256'), use: 'enc' }] },
      'KeyInvalid',
      'not one for RS256',
    ],
    [
      'a key for another algorithm',
      'RS256',
      'RS256',
      { ...jwk('RS256'), alg: 'RS512' },
      'KeyInvalid',
      'not one for RS256',
    ],
    ['a key of another kind', 'RS256', 'RS256', jwk('ES256', 'RS256'), 'KeyInvalid', 'not one for RS256'],
    [
      'a key that is broken',
      'RS256',
      'RS256',
      { kty: 'RSA', kid: 'RS256', n: 'secretpart' },
      'KeyInvalid',
      'cannot be read',
    ],
    ['no key at all', 'RS256', 'RS256', { keys: [] }, 'KeyInvalid', 'must be a text'],
  ] as const)('are refused: %s', async (_what, alg, kid, key, type, message) => {
    const { output, problem } = await verify(`algorithm: ${alg}`, { token: await sign(alg, kid), key })
    expect(output).toBe('else')
    expect(problem).toEqual({ type, message: expect.stringContaining(message) })
    expect(problem?.message).not.toContain('secretpart')
  })

  it('are no secrets, however they are given, unless they are of that kind', async () => {
    for (const key of [jwk('RS256'), jwks, JSON.stringify(jwks), JSON.stringify(jwk('ES256'))]) {
      const token = forge(
        { alg: 'HS256', kid: 'RS256' },
        { sub: 'fern' },
        typeof key === 'string' ? key : JSON.stringify(key),
      )
      const { problem } = await verify('', { token, key })
      expect(problem).toEqual({
        type: 'KeyInvalid',
        message: 'The key belongs to a key pair, but HS256 takes a secret.',
      })
    }
    const oct = { kty: 'oct', kid: 'mine', k: Buffer.from(secret).toString('base64url') }
    const { token } = await create('claims: { sub: fern }', { key: oct })
    expect(await verify('', { token, key: secret })).toMatchObject({ output: 'then' })
    expect(await verify('', { token, key: { keys: [jwk('RS256'), oct] } })).toMatchObject({ output: 'then' })
  })
})
