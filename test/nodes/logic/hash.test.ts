import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { hash } from '../../../nodes/logic/hash.ts'
import { problemsOf, runNode } from '../run-node.ts'

async function hashOf(fields: string, data: object): Promise<unknown> {
  const yaml = `type: hash\ndata: << data.text >>\n${fields}\nresult: data.hash`
  const { error, payload } = await runNode({ yaml, payload: { data } })
  if (error !== undefined) throw error
  return (payload.data as { hash: unknown }).hash
}

const abc = { text: 'abc' }
const fox = { text: 'The quick brown fox jumps over the lazy dog', secret: 'key' }

describe('hash', () => {
  // RFC 1321, FIPS 180, and the page of RIPEMD-160.
  it.each([
    ['algorithm: md5', '900150983cd24fb0d6963f7d28e17f72'],
    ['algorithm: sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['algorithm: sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['algorithm: ripemd160', '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc'],
    ['encoding: base64', 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='],
    ['algorithm: md5\nencoding: latin1', Buffer.from('900150983cd24fb0d6963f7d28e17f72', 'hex').toString('latin1')],
  ])('gives what the standard says of abc: %s', async (fields, expected) => {
    expect(await hashOf(fields, abc)).toBe(expected)
  })

  it.each([
    ['algorithm: md5', '80070713463e7749b90c2dc24911e275'],
    ['algorithm: sha256', 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'],
    ['secretEncoding: latin1', 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'],
  ])('gives with a secret the HMAC: %s', async (fields, expected) => {
    expect(await hashOf(`${fields}\nsecret: << data.secret >>`, fox)).toBe(expected)
  })

  it.each([
    ['utf8', 'ä', Buffer.from('ä')],
    ['latin1', 'ä', Buffer.from([0xe4])],
    ['hex', '00FFe4', Buffer.from([0, 0xff, 0xe4])],
    ['base64', 'AP/k', Buffer.from([0, 0xff, 0xe4])],
    ['base64', 'AP_k', Buffer.from([0, 0xff, 0xe4])],
    ['hex', '', Buffer.alloc(0)],
  ])('reads data in %s: %j', async (encoding, text, bytes) => {
    const expected = await hashOf('dataEncoding: hex', { text: bytes.toString('hex') })
    expect(await hashOf(`dataEncoding: ${encoding}`, { text })).toBe(expected)
  })

  it('takes a number as its text', async () => {
    expect(await hashOf('', { text: 12.5 })).toBe(await hashOf('', { text: '12.5' }))
  })

  it.each([
    ['hex', 'abx'],
    ['hex', 'abc'],
    ['base64', 'a b'],
    ['base64', 'ä'],
    ['latin1', '€'],
  ])('fails the run where data is not in %s: %j', async (encoding, text) => {
    await expect(hashOf(`dataEncoding: ${encoding}`, { text })).rejects.toThrow(`data is not in ${encoding}.`)
  })

  it.each([[{}], [['abc']], [null], [undefined]])('fails the run where data is no text: %j', async (text) => {
    await expect(hashOf('', { text })).rejects.toThrow(/must be a text|is missing/)
  })

  it.each([
    ['', undefined],
    ['', null],
    ['', ''],
    ['', 12_345_678],
    ['', ['12345678']],
    ['secretEncoding: hex', '12345678x'],
  ])('never hashes without the secret that was asked for, nor shows it: %s %j', async (fields, secret) => {
    const failure = hashOf(`${fields}\nsecret: << data.secret >>`, { text: 'abc', secret })
    const error: unknown = await failure.catch((error: unknown) => error)
    expect(String(error)).toContain('secret must be a text in ')
    expect(String(error)).not.toContain('12345678')
  })

  it.each([
    ['algorithm: whirlpool', 'algorithm must be'],
    ['encoding: utf8', 'encoding must be'],
    ['secretEncoding: hex', 'secretEncoding needs a secret.'],
  ])('is a problem at load: %s', (fields, message) => {
    const problems = problemsOf(`type: hash\ndata: abc\n${fields}\nresult: data.hash`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe("Losant's node", () => {
  const losant = {
    dataTemplate: '{{data.text}}',
    algorithmTemplate: 'SHA256',
    secretTemplate: '',
    encodingTemplate: 'hex',
    dataEncodingTemplate: 'UTF8',
    secretEncodingTemplate: 'utf8',
    destinationPath: 'data.hash',
  }

  it('becomes one of these', () => {
    const plain = {
      data: '{{data.text}}',
      dataEncoding: 'utf8',
      algorithm: 'sha256',
      encoding: 'hex',
      result: 'data.hash',
    }
    expect(hash.losant?.translate?.(losant)).toEqual(plain)
    expect(hash.losant?.translate?.({ ...losant, algorithmTemplate: 'RIPEMD', secretTemplate: 's' })).toEqual({
      ...plain,
      algorithm: 'ripemd160',
      secret: 's',
      secretEncoding: 'utf8',
    })
  })

  it.each(['Whirlpool', '{{data.algorithm}}', 'constructor'])(
    'is refused with the algorithm %s',
    (algorithmTemplate) => {
      expect(() => hash.losant?.translate?.({ ...losant, algorithmTemplate })).toThrow('Its algorithm cannot be')
    },
  )
})
