import { createHmac, createVerify, generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cryptoSign } from '../../../nodes/logic/crypto-sign.ts'
import { cryptoVerify } from '../../../nodes/logic/crypto-verify.ts'
import { Refused } from '../../../nodes/parts/attempt.ts'
import { notWithThisKey } from '../../../nodes/parts/crypto-fields.ts'
import { isInstalled, makeCertificate } from '../../server/mqtt/certificate.ts'
import { type NodeRun, problemsOf, runNode } from '../run-node.ts'

function asPem({ publicKey, privateKey }: KeyPairKeyObjectResult) {
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const rsa = asPem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const otherRsa = asPem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ec = asPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const ed25519 = asPem(generateKeyPairSync('ed25519'))

const text = 'moisture=0.4'

function sign(fields: string, data: object): Promise<NodeRun> {
  const yaml = `type: crypto-sign\nkey: << data.key >>\ndata: << data.text >>\n${fields}\nresult: data.signed\nelse: end`
  return runNode({ yaml, payload: { data: { text, ...data } } })
}

async function signatureOf(fields: string, key: string): Promise<string> {
  const { error, payload } = await sign(fields, { key })
  if (error !== undefined) throw error
  return (payload.data as { signed: { signature: string } }).signed.signature
}

function verify(fields: string, data: object): Promise<NodeRun> {
  const yaml = `type: crypto-verify\ndata: << data.text >>\nsignature: << data.signature >>\n${fields}\nresult: data.problem\nelse: end`
  return runNode({ yaml, payload: { data: { text, ...data } } })
}

const withKey = 'key: << data.key >>'

describe('a signature', () => {
  it.each([
    ['RSA', rsa, ''],
    ['RSA', rsa, 'algorithm: sha512\nsignatureEncoding: hex'],
    ['RSA', rsa, 'padding: pss\nalgorithm: sha384'],
    ['RSA', rsa, 'algorithm: md5\nsignatureEncoding: latin1'],
    ['EC', ec, ''],
    ['EC', ec, 'dsaEncoding: ieee-p1363\nalgorithm: sha1'],
  ])('of an %s key is right for its data and its options, and for nothing else', async (_, keys, options) => {
    const signature = await signatureOf(options, keys.privateKey)
    const check = async (data: object) =>
      (await verify(`${withKey}\n${options}`, { key: keys.publicKey, signature, ...data })).output
    expect(await check({})).toBe('then')
    expect(await check({ key: keys.privateKey })).toBe('then')
    expect(await check({ text: 'moisture=0.9' })).toBe('else')
    expect(await check({ key: otherRsa.publicKey })).toBe('else')
    expect(await check({ signature: signature.slice(4) })).toBe('else')
  })

  it.each([
    [rsa, 'algorithm: sha384'],
    [rsa, 'padding: pss'],
    [ec, 'dsaEncoding: ieee-p1363'],
    [ec, 'signatureEncoding: hex'],
  ])('is not right with other options: %#', async (keys, options) => {
    const signature = await signatureOf('', keys.privateKey)
    const run = await verify(`${withKey}\n${options}`, { key: keys.publicKey, signature })
    expect(run).toMatchObject({ output: 'else', error: undefined })
  })

  it('may begin and end with bytes that latin1 writes as spaces', async () => {
    const secret = 'It is a secret'
    const hmacOf = (n: number) => createHmac('sha256', secret).update(`${text}${n}`).digest().toString('latin1')
    const n = Array.from({ length: 5000 }, (_, index) => index).find((index) => /^\s|\s$/.test(hmacOf(index))) ?? -1
    const fields = 'secret: << data.secret >>\nsignatureEncoding: latin1'
    expect((await verify(fields, { secret, text: `${text}${n}`, signature: hmacOf(n) })).output).toBe('then')
    expect(n).toBeGreaterThanOrEqual(0)
  })

  it('is one that others can verify', async () => {
    const verifier = createVerify('sha256').update(text)
    expect(verifier.verify(rsa.publicKey, await signatureOf('', rsa.privateKey), 'base64')).toBe(true)
  })

  it.skipIf(!isInstalled('openssl'))('may be verified by a certificate', async () => {
    const { key, cert, remove } = makeCertificate()
    onTestFinished(remove)
    const signature = await signatureOf('', key)
    expect((await verify(withKey, { key: cert, signature })).output).toBe('then')
  })

  it('may be an HMAC, whose secret both sides know', async () => {
    const signature = createHmac('sha1', 'It is a secret').update(text).digest('hex')
    const fields = 'secret: << data.secret >>\nalgorithm: sha1\nsignatureEncoding: hex'
    const secret = 'It is a secret'
    expect((await verify(fields, { secret, signature })).output).toBe('then')
    expect((await verify(fields, { secret, signature: signature.toUpperCase() })).output).toBe('then')
    for (const data of [
      { secret: 'It is another' },
      { text: 'moisture=0.9' },
      { signature: `${signature}00` },
      { signature: signature.slice(2) },
      { signature: signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
    ]) {
      expect((await verify(fields, { secret, signature, ...data })).output).toBe('else')
    }
  })

  it.each([[undefined], [null], [''], ['no base64!'], [{}], [42]])('that is %j is none', async (signature) => {
    const run = await verify(withKey, { key: rsa.publicKey, signature })
    expect(run.output).toBe('else')
    expect(run.payload.data).not.toHaveProperty('problem')
    const hmac = await verify('secret: << data.secret >>', { secret: 'It is a secret', signature })
    expect(hmac.output).toBe('else')
  })
})

describe('a key that will not do', () => {
  const hidden = 'swordfish'
  const broken = rsa.privateKey.replace(/\n\S+\n\S+\n/, `\n${hidden}\n`)

  it.each([
    ['no key at all', undefined, 'must be a private key as PEM'],
    ['a number', 271_828_182_845, 'must be a private key as PEM'],
    ['an object', { key: hidden }, 'must be a private key as PEM'],
    ['a text', hidden, 'must be a private key as PEM'],
    ['a broken key', broken, 'must be a private key as PEM'],
    ['a public key', rsa.publicKey, 'must be a private key as PEM'],
    ['a key that signs otherwise', ed25519.privateKey, 'The key is not for this'],
  ])('is told of at else, and never shown: %s', async (_, key, message) => {
    // `null`, since a required field that is missing is told of by the engine.
    const { output, payload, error } = await sign('', { key: key ?? null })
    expect({ output, error }).toEqual({ output: 'else', error: undefined })
    const { signed } = payload.data as { signed: { error: { message: string } } }
    expect(signed.error.message).toContain(message)
    expect(signed.error.message).not.toMatch(/swordfish|271828|BEGIN/)
  })

  it('fails the run where no wire leaves from else, and is not shown there either', async () => {
    const yaml = 'type: crypto-sign\nkey: << data.key >>\ndata: x\nresult: data.signed'
    const { error } = await runNode({ yaml, payload: { data: { key: broken } } })
    expect(String(error)).toContain('The key cannot be read')
    for (let at: unknown = error; at instanceof Error; at = at.cause) expect(at.message).not.toMatch(/swordfish|BEGIN/)
  })

  it.each([
    ['key', hidden, 'must be a public key, a private key or a certificate as PEM'],
    ['key', null, 'must be a public key'],
    ['key', ed25519.publicKey, 'The key is not for this'],
    ['secret', null, 'secret must be a text in utf8'],
    ['secret', '', 'secret must be a text in utf8'],
  ])('does not verify, and is told of: %s %j', async (field, value, message) => {
    const run = await verify(`${field}: << data.value >>`, { value, signature: 'AAAA' })
    expect(run.output).toBe('else')
    expect(run.payload.data).toMatchObject({ problem: { error: { message: expect.stringContaining(message) } } })
    expect(JSON.stringify((run.payload.data as { problem: unknown }).problem)).not.toContain(hidden)
  })

  it('lets nothing pass where no wire leaves from else', async () => {
    const yaml = 'type: crypto-verify\nkey: << data.key >>\ndata: x\nsignature: AAAA'
    const run = (key: string) => runNode({ yaml, payload: { data: { key } } })
    expect(String((await run(rsa.publicKey)).error)).toContain('The signature is not that of the data.')
    expect(String((await run(hidden)).error)).toContain('The key cannot be read')
  })
})

describe('a fault of ours', () => {
  it('is not taken for a key or a signature that does not fit', () => {
    const fault = new TypeError('undefined is not a function')
    expect(() => notWithThisKey(fault)).toThrow(fault)
    const refused = new Error('error:1C80007A:Provider routines::invalid digest')
    expect(() => notWithThisKey(refused)).toThrow(Refused)
  })
})

describe('data', () => {
  it('that is not in its encoding is not signed', async () => {
    const { output, payload } = await sign('dataEncoding: hex', { key: rsa.privateKey })
    expect(output).toBe('else')
    expect(payload.data).toMatchObject({ signed: { error: { message: 'data is not in hex.' } } })
  })
})

describe('a flow', () => {
  it.each([
    ['signature: x', 'The node has nothing to verify the signature with.'],
    ['signature: x\nkey: a\nsecret: b', 'secret cannot be combined with key.'],
    ['signature: x\nsecret: b\npadding: pss', 'padding needs key: an HMAC has none.'],
    ['signature: x\nkey: a\nsecretEncoding: hex', 'secretEncoding needs secret.'],
    ['signature: x\nkey: a\nalgorithm: sha3', 'algorithm must be'],
    ['key: a', 'signature is missing.'],
  ])('has a problem at load: %s', (fields, message) => {
    const problems = problemsOf(`type: crypto-verify\ndata: abc\n${fields}\nelse: end`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe("Losant's nodes", () => {
  const losant = {
    keyTemplateType: 'stringTemplate',
    keyTemplate: '{{globals.key}}',
    dataTemplate: '{{data.text}}',
    dataEncodingTemplate: 'utf8',
    algorithmTemplate: 'SHA384',
    paddingTemplate: 'RSA_PKCS1_PSS_PADDING',
    dsaEncodingTemplate: 'ieee-p1363',
    signatureEncodingTemplate: 'base64',
    resultPath: 'data.signed',
  }
  const ours = {
    key: '{{globals.key}}',
    data: '{{data.text}}',
    dataEncoding: 'utf8',
    algorithm: 'sha384',
    padding: 'pss',
    dsaEncoding: 'ieee-p1363',
    signatureEncoding: 'base64',
    result: 'data.signed',
  }

  it('become ones of these', () => {
    expect(cryptoSign.losant?.translate?.(losant)).toEqual(ours)
    const byPath = { ...losant, keyTemplateType: 'payloadPath', keyTemplate: 'data.key' }
    expect(cryptoSign.losant?.translate?.(byPath)).toEqual({ ...ours, key: '{{data.key}}' })
    expect(cryptoVerify.losant?.translate?.({ ...losant, signatureTemplate: '{{data.s}}' })).toEqual({
      ...ours,
      signature: '{{data.s}}',
    })
  })

  it.each([
    [{ credentialNameTemplate: 'my-key' }, 'Its key is a credential'],
    [{ keyTemplateType: 'diskPath' }, 'Its key is in a file'],
    [{ algorithmTemplate: 'Whirlpool' }, 'Its algorithm cannot be "Whirlpool".'],
    [{ paddingTemplate: '{{data.padding}}' }, 'Its padding cannot be'],
  ])('are refused where they cannot be: %j', (difference, message) => {
    expect(() => cryptoSign.losant?.translate?.({ ...losant, ...difference })).toThrow(message)
  })
})
