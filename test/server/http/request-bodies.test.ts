import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeServer } from './fake-application.ts'

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'

let app = fakeServer({})
afterEach(() => app.close())

async function send(
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
  options: Parameters<typeof fakeServer>[1] = {},
) {
  app = fakeServer({ 'POST /echo': {}, 'POST /raw': { rawBody: true } }, options)
  const reply = await app.inject({ method: 'POST', url: '/echo', headers, payload: body })
  const { data, error, code } = reply.json()
  return { status: reply.statusCode, body: data?.body, error, code }
}

/** Bytes by a text of one character each. */
const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('A body in another charset', () => {
  test.each([
    ['JSON in iso-8859-1', `${json}; charset=iso-8859-1`, latin1('{"a":"Gr\xf6\xdfe"}'), { a: 'Größe' }],
    ['JSON in UTF-16', `${json}; charset="utf-16le"`, Buffer.from('{"a":"Größe"}', 'utf16le'), { a: 'Größe' }],
    ['text in windows-1252', 'text/plain;CHARSET=Windows-1252', latin1('5 \x80'), '5 €'],
    ['XML in Shift JIS', 'application/xml; charset=shift_jis', latin1('\x83\x41'), 'ア'],
    ['a form in iso-8859-1', `${form}; charset=iso-8859-1`, 'a=Gr%F6%DFe&b=+x', { a: 'Größe', b: ' x' }],
    ['a form with bytes as they are', `${form}; charset=iso-8859-1`, latin1('a=Gr\xf6\xdfe'), { a: 'Größe' }],
    ['a form in Shift JIS, half of a character plain', `${form}; charset=shift_jis`, 'a=%83A', { a: 'ア' }],
  ])('reaches the flow as what it says: %s', async (_name, type, body, expected) => {
    expect(await send(body, { 'content-type': type })).toMatchObject({ status: 200, body: expected })
  })

  test.each([
    ['a charset that nobody knows', `${json}; charset=klingon`, '{}', 415, 'HTTP_CHARSET_UNKNOWN'],
    ['one of a form', `${form}; charset=klingon`, 'a=1', 415, 'HTTP_CHARSET_UNKNOWN'],
    ['text that is not UTF-8', 'text/plain', latin1('Gr\xf6\xdfe'), 400, 'HTTP_BODY_NOT_TEXT'],
    ['JSON that is not UTF-8', json, latin1('{"a":"Gr\xf6\xdfe"}'), 400, 'HTTP_BODY_NOT_TEXT'],
    ['a form that is not UTF-8', form, 'a=Gr%F6%DFe', 400, 'HTTP_BODY_NOT_TEXT'],
    ['UTF-16 that is cut off', `${json}; charset=utf-16le`, Buffer.from('"a"x', 'utf16le').subarray(0, 7), 400],
  ])(
    'is refused, and no flow gets what nobody wrote: %s',
    async (_name, type, body, status, code = 'HTTP_BODY_NOT_TEXT') => {
      expect(await send(body, { 'content-type': type })).toMatchObject({ status, code })
    },
  )
})

describe('A body that is no text', () => {
  const bytes = latin1('\x00\xff\xfe\x80\n')
  const content = bytes.toString('base64')

  test.each(['application/octet-stream', 'image/png', 'application/pdf', 'application/vnd.lom.readings', 'IMAGE/JPEG'])(
    'reaches the flow as its bytes: %s',
    async (contentType) => {
      const { body } = await send(bytes, { 'content-type': contentType })
      expect(body).toEqual({ contentType, encoding: 'base64', content })
    },
  )

  test.each(['text/csv', 'image/svg+xml', 'application/x-ndjson', 'application/soap+xml; charset=utf-8'])(
    'is told by its type, and text stays text: %s',
    async (type) => {
      expect((await send('Größe', { 'content-type': type })).body).toBe('Größe')
    },
  )

  test('is told by its bytes where it has no type', async () => {
    expect((await send(bytes, {})).body).toEqual({
      contentType: 'application/octet-stream',
      encoding: 'base64',
      content,
    })
    expect((await send('Größe', {})).body).toBe('Größe')
  })
})

describe('A compressed body', () => {
  const text = JSON.stringify({ name: 'Größe', list: Array.from({ length: 100 }, (_, index) => index) })

  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['identity, gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('is read: %s', async (encoding, compress) => {
    const { body } = await send(compress(text), { 'content-type': json, 'content-encoding': encoding })
    expect(body).toEqual(JSON.parse(text))
  })

  test('is null where it is empty', async () => {
    const headers = { 'content-type': json, 'content-encoding': 'gzip' }
    expect(await send(gzipSync(''), headers)).toMatchObject({ status: 200, body: null })
    expect(await send('', headers)).toMatchObject({ status: 200, body: null })
  })

  test.each([
    ['that is not what it says', 'gzip', Buffer.from('{"a":1}'), 400, 'HTTP_BODY_UNDECODABLE'],
    ['that is cut off', 'gzip', gzipSync(text).subarray(0, 60), 400, 'HTTP_BODY_UNDECODABLE'],
    ['that is cut off', 'br', brotliCompressSync(text).subarray(0, 60), 400, 'HTTP_BODY_UNDECODABLE'],
    ['in a coding that is not known', 'zstd', Buffer.from('x'), 415, 'HTTP_ENCODING_UNKNOWN'],
    ['in two codings', 'gzip, gzip', gzipSync(gzipSync(text)), 415, 'HTTP_ENCODING_UNKNOWN'],
  ])('%s is refused (%s)', async (_name, encoding, body, status, code) => {
    expect(await send(body, { 'content-type': json, 'content-encoding': encoding })).toMatchObject({ status, code })
  })

  test.each([
    ['the limit of a body', '[]'.padStart(2 ** 20 + 1), gzipSync, {}],
    ['a hundred times what was sent', '[]'.padStart(1000 * 1000), gzipSync, {}],
    ['a hundred times what was sent, by brotli', '[]'.padStart(1000 * 1000), brotliCompressSync, {}],
    ['what the settings allow', '[]'.padStart(100_000), deflateSync, { bodies: { maxCompressionRatio: 2 } }],
  ])('is refused where it becomes larger than %s', async (_name, long, compress, options) => {
    const headers = {
      'content-type': json,
      'content-encoding': compress === gzipSync ? 'gzip' : compress === deflateSync ? 'deflate' : 'br',
    }
    expect(await send(compress(long), headers, options)).toMatchObject({
      status: 413,
      code: 'HTTP_BODY_DECODED_TOO_LARGE',
    })
  })
})

describe('The keys of a body', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`)

  test.each([
    ['JSON', json, (count: number) => JSON.stringify(Object.fromEntries(keys(count).map((key) => [key, 1])))],
    ['JSON in many maps', json, (count: number) => JSON.stringify(keys(count).map((key) => ({ [key]: 1 })))],
    ['a form', form, (count: number) => keys(count).join('=1&')],
  ])('are at most ten thousand, in %s', async (_name, type, bodyOf) => {
    expect((await send(bodyOf(10_000), { 'content-type': type })).status).toBe(200)
    expect(await send(bodyOf(10_001), { 'content-type': type })).toMatchObject({
      status: 413,
      code: 'HTTP_BODY_TOO_MANY_KEYS',
    })
  })

  test('count once, however often they come again', async () => {
    const readings = Array.from({ length: 20_000 }, (_, index) => ({ time: index, value: 1 }))
    expect((await send(JSON.stringify(readings), { 'content-type': json })).body).toHaveLength(20_000)
  })
})

describe('A multipart form', () => {
  const type = { 'content-type': 'multipart/form-data; boundary=X' }
  const part = (headers: string, content = '1') => `--X\r\n${headers}\r\n\r\n${content}\r\n`
  const field = (name: string) => part(`Content-Disposition: form-data; name="${name}"`)
  const file = (headers: string) => `${part(headers, 'x')}--X--\r\n`
  const named = (filename: string) => ({
    f: { filename, contentType: 'text/plain', encoding: 'base64', content: 'eA==' },
  })

  test.each([
    ['a name without quotes', `${part('Content-Disposition: form-data; name=a')}--X--\r\n`, { a: '1' }],
    ['no space after the semicolon', `${part('Content-Disposition:form-data;name="a"')}--X--\r\n`, { a: '1' }],
    ['other case', `${part('content-disposition: FORM-DATA; NAME="a"')}--X--\r\n`, { a: '1' }],
    [
      'other headers',
      `${part('X-A: b\r\nContent-Length: 1\r\nContent-Disposition: form-data; name="a"')}--X--`,
      { a: '1' },
    ],
    ['a header in two lines', `${part('Content-Disposition: form-data;\r\n name="a"')}--X--\r\n`, { a: '1' }],
    ['spaces after the boundary', field('a').replace('--X', '--X \t').concat('--X--'), { a: '1' }],
    ['line feeds alone', `${field('a')}--X--\r\n`.replaceAll('\r', ''), { a: '1' }],
    ['text before and after', `hello\r\n${field('a')}--X--\r\n${field('b')}`, { a: '1' }],
    [
      'what looks like the boundary',
      `${part('Content-Disposition: form-data; name="a"', '--XY --X\r\n--Xy')}--X--`,
      { a: '--XY --X\r\n--Xy' },
    ],
    ['an empty field', `${part('Content-Disposition: form-data; name="a"', '')}--X--`, { a: '' }],
    [
      'a charset of a part',
      latin1(
        `${part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=iso-8859-1', '\xf6')}--X--`,
      ),
      { a: 'ö' },
    ],
    ['a quotation mark in a name', `${part('Content-Disposition: form-data; name="a%22b"')}--X--`, { 'a"b': '1' }],
    ['no field', '--X--\r\n', null],
    [
      'filename* alone',
      file('Content-Disposition: form-data; name="f"; filename*=UTF-8\'\'%e2%82%ac.txt'),
      named('€.txt'),
    ],
    [
      'both names of a file',
      file('Content-Disposition: form-data; name="f"; filename="EUR.txt"; filename*=UTF-8\'\'%e2%82%ac.txt'),
      named('€.txt'),
    ],
    ['the name of the file first', file('Content-Disposition: form-data; filename="x.txt"; name="f"'), named('x.txt')],
    [
      'a name with escaped quotes',
      file('Content-Disposition: form-data; name="f"; filename="a\\"b.txt"'),
      named('a"b.txt'),
    ],
    [
      'a name with spaces and no quotes',
      file('Content-Disposition: form-data; name=f; filename=my file.txt'),
      named('my file.txt'),
    ],
    [
      'a path of Windows',
      file('Content-Disposition: form-data; name="f"; filename="C:\\pots\\x.txt"'),
      named('C:\\pots\\x.txt'),
    ],
    ['a name in UTF-8', file('Content-Disposition: form-data; name="f"; filename="ö€.txt"'), named('ö€.txt')],
    [
      'a name in Latin-1',
      latin1(file('Content-Disposition: form-data; name="f"; filename="\xf6.txt"')),
      named('ö.txt'),
    ],
    ['no file chosen', file('Content-Disposition: form-data; name="f"; filename=""'), named('')],
    [
      'Base64',
      `${part('Content-Disposition: form-data; name="f"; filename="a"\r\nContent-Transfer-Encoding: base64', 'eA==')}--X--`,
      named('a'),
    ],
    [
      'bytes that have no name of a file',
      `${part('Content-Disposition: form-data; name="f"\r\nContent-Type: image/png', 'x')}--X--`,
      { f: { contentType: 'image/png', encoding: 'base64', content: 'eA==' } },
    ],
  ])('is read with %s', async (_name, body, expected) => {
    expect(await send(body, type)).toMatchObject({ status: 200, body: expected })
  })

  test('may have its boundary in quotes', async () => {
    const headers = { 'content-type': 'Multipart/Form-Data;Boundary="a b;c"; charset=utf-8' }
    const body = field('a').replace('--X', '--a b;c').concat('--a b;c--')
    expect((await send(body, headers)).body).toEqual({ a: '1' })
  })

  test.each([
    ['without an end', field('a')],
    ['with a part that has no name', `${part('Content-Type: text/plain')}--X--`],
    ['with a part that has no header', '--X\r\n\r\n1\r\n--X--'],
    ['with a part that is all header', `--X\r\n${'a: b\r\n'.repeat(10_000)}--X--`],
    ['of another boundary', '--Y\r\n--Y--'],
  ])('%s is refused', async (_name, body) => {
    expect(await send(body, type)).toMatchObject({ status: 400, code: 'HTTP_BODY_NOT_MULTIPART' })
  })

  test.each([
    [70, 200],
    [71, 400],
  ])('with a boundary of %i characters is answered %i', async (length, status) => {
    const boundary = 'x'.repeat(length)
    const body = field('a').replace('--X', `--${boundary}`).concat(`--${boundary}--`)
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
    expect((await send(body, headers)).status).toBe(status)
  })

  test('with text that is not in its charset is refused', async () => {
    expect(await send(latin1(`${part('Content-Disposition: form-data; name="a"', '\xf6')}--X--`), type)).toMatchObject({
      status: 400,
      code: 'HTTP_BODY_NOT_TEXT',
    })
  })

  test.each([
    ['a thousand parts', field('a'), 1_000, {}],
    ['a hundred files', part('Content-Disposition: form-data; name="f"; filename="a"'), 100, {}],
    ['the settings allow parts', field('a'), 3, { bodies: { maxFormParts: 3 } }],
    [
      'the settings allow files',
      part('Content-Disposition: form-data; name="f"; filename="a"'),
      2,
      { bodies: { maxFormFiles: 2 } },
    ],
  ])('has at most as many as %s', async (_name, one, count, options) => {
    expect((await send(`${one.repeat(count)}--X--`, type, options)).status).toBe(200)
    expect(await send(`${one.repeat(count + 1)}--X--`, type, options)).toMatchObject({
      status: 413,
      code: 'HTTP_FORM_TOO_MANY_PARTS',
    })
  })
})
