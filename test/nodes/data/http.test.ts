import { describe, expect, test } from 'vitest'
import { FlowpotError } from '../../../contracts/errors.ts'
import type { NodeExample } from '../../../engine/node.ts'
import type { HttpRequest } from '../../../engine/services.ts'
import { http } from '../../../nodes/data/http/http.ts'
import { problemsOf, runNode } from '../run-node.ts'

const node = (yaml: string) => `type: http\nurl: https://api.example/x\n${yaml}`
const ask = (yaml: string, data: object = {}, responses: NonNullable<NodeExample['responses']> = []) =>
  runNode({ yaml: node(yaml), payload: { data }, responses })

async function sentBy(yaml: string, data: object = {}) {
  const { sent, error } = await ask(yaml, data)
  const [request] = sent
  if (request === undefined) throw error
  // As nodes hand them over.
  return { ...request, headers: request.headers as Readonly<Record<string, string>>, body: request.body }
}

describe('an http node sends', () => {
  test('what it is asked for where nothing else is said', async () => {
    expect(await sentBy('')).toEqual({
      method: 'GET',
      url: 'https://api.example/x',
      headers: {},
      timeoutMs: 10_000,
      followsRedirects: true,
      acceptsAnyCertificate: false,
    })
  })

  test('what is said of time, redirects and certificates', async () => {
    const yaml = 'method: DELETE\ntimeoutSeconds: << data.s >>\nfollowRedirects: false\nacceptAnyCertificate: true'
    expect(await sentBy(yaml, { s: '3' })).toMatchObject({
      method: 'DELETE',
      timeoutMs: 3000,
      followsRedirects: false,
      acceptsAnyCertificate: true,
    })
  })

  test.each([
    ['query: { a: << data.v >> }', 'a&b=c#d', 'https://api.example/x?a=a%26b%3Dc%23d'],
    ['query: { a: << data.v >> }', ['1', null, 2, true], 'https://api.example/x?a=1&a=2&a=true'],
    ['query: { a: << data.v >> }', undefined, 'https://api.example/x'],
    ['query: { a: << data.v >>, b: 1 }', null, 'https://api.example/x?b=1'],
    ['query: { t: << time >> }', '', 'https://api.example/x?t=2023-11-14T22%3A13%3A20.000Z'],
  ])('%s of %j as it is', async (yaml, v, url) => {
    expect(await sentBy(yaml, { v })).toMatchObject({ url })
  })

  test('a query after the one that the URL has, and no fragment', async () => {
    const { sent } = await runNode({
      yaml: 'type: http\nurl: "https://api.example/x?q=a%20b#top"\nquery: { a: 1 }',
      payload: {},
    })
    expect(sent).toMatchObject([{ url: 'https://api.example/x?q=a%20b&a=1' }])
  })

  test.each<[string, unknown, string | undefined, string | undefined]>([
    ['text', '{"a":1}', undefined, '{"a":1}'],
    ['a map', { a: '"' }, 'application/json', '{"a":"\\""}'],
    ['a list', [1, null], 'application/json', '[1,null]'],
    ['a number', 5, 'application/json', '5'],
    ['false', false, 'application/json', 'false'],
    ['null', null, 'application/json', 'null'],
    ['nothing', undefined, undefined, undefined],
  ])('a body that is %s', async (_, v, type, body) => {
    const sent = await sentBy('method: POST\nbody: << data.v >>', { v })
    expect(sent.headers).toEqual(type === undefined ? {} : { 'content-type': type })
    expect(sent.body).toBe(body)
  })

  test('JSON by the type that the flow gives it', async () => {
    const sent = await sentBy('method: POST\nheaders: { Content-Type: application/vnd.pots+json }\nbody: { a: 1 }')
    expect(sent.headers).toEqual({ 'content-type': 'application/vnd.pots+json' })
  })

  const bytes = Uint8Array.of(0, 255, 254, 128, 10)
  const content = Buffer.from(bytes).toString('base64')

  test.each([
    ['an uploaded file', { filename: 'fern.png', contentType: 'image/png', encoding: 'base64', content }, 'image/png'],
    ['a map with a type', { contentType: 'x/y', encoding: 'base64', content }, 'x/y'],
  ])('the bytes of %s', async (_, v, type) => {
    const sent = await sentBy('method: PUT\nbody: << data.v >>', { v })
    expect(sent.headers).toEqual({ 'content-type': type })
    expect(sent.body).toEqual(Buffer.from(bytes))
  })

  test('as JSON what is called encoding and content, and has no type: some APIs want that', async () => {
    const sent = await sentBy('method: POST\nbody: << data.v >>', { v: { encoding: 'base64', content } })
    expect(sent.body).toBe(JSON.stringify({ encoding: 'base64', content }))
  })

  test.each(['body: << data.v >>', 'multipart: { f: << data.v >> }'])(
    'no bytes of what is not Base64: %s',
    async (yaml) => {
      const v = { contentType: 'image/png', encoding: 'base64', content: 'ä' }
      const { sent, error } = await ask(`method: POST\n${yaml}`, { v })
      expect([sent, String(error)]).toEqual([[], expect.stringContaining('its content is not Base64')])
    },
  )

  test('uploaded files as files, among other fields', async () => {
    const files = [
      { filename: 'a "b".png', contentType: 'image/png', encoding: 'base64', content },
      { encoding: 'base64', content: '' },
    ]
    const sent = await sentBy('method: POST\nmultipart: { note: hi, photo: << data.files >> }', { files })
    const form = await new Response(sent.body as Uint8Array<ArrayBuffer>, { headers: sent.headers }).formData()
    const read = await Promise.all(
      [...form].map(async ([name, part]) =>
        typeof part === 'string' ? [name, part] : [name, part.name, part.type, [...(await part.bytes())]],
      ),
    )
    expect(read).toEqual([
      ['note', 'hi'],
      ['photo', 'a "b".png', 'image/png', [...bytes]],
      ['photo', 'photo', 'application/octet-stream', []],
    ])
  })

  test('the certificate of a connection, of which it knows the name alone', async () => {
    expect(await sentBy('clientCertificate: images')).toMatchObject({ clientCertificate: 'images' })
    expect(problemsOf(node('clientCertificate: image'))).toMatchObject([
      { code: 'FLOW_UNKNOWN_CONNECTION', hint: 'Did you mean "images"?' },
    ])
  })

  test('a form in parts, in which no value makes a part of its own', async () => {
    const sent = await sentBy('method: POST\nmultipart: { name: << data.v >>, tag: [ a, b ] }', {
      v: 'x\r\nContent-Disposition: form-data; name="admin"\r\n\r\ntrue',
    })
    const { 'content-type': type = '' } = sent.headers
    const form = await new Response(String(sent.body), { headers: { 'content-type': type } }).formData()
    expect([...form.keys()]).toEqual(['name', 'tag', 'tag'])
    expect(form.get('name')).toContain('admin')
  })

  test('who asks', async () => {
    const yaml = 'auth: { username: << data.u >>, password: << data.p >> }'
    const { authorization = '' } = (await sentBy(yaml, { u: 'Ada', p: 'grün:er' })).headers
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe('Ada:grün:er')
  })
})

describe('an http node fails, and sends nothing, where', () => {
  test.each<[string, string, object, string]>([
    ['a query is a map', 'query: { a: << data.v >> }', { v: { b: 1 } }, 'query.a cannot be sent'],
    ['a field is a list of lists', 'method: POST\nform: { a: << data.v >> }', { v: [[1]] }, 'form.a cannot be sent'],
    ['a header is a map', 'headers: { x-a: << data.v >> }', { v: {} }, 'headers.x-a cannot be sent'],
    ['a header has a line break', 'headers: { x-a: a << data.v >> }', { v: 'b\nc: d' }, 'headers.x-a cannot be sent'],
    ['a header is no Latin', 'headers: { x-a: << data.v >> }', { v: '🌱' }, 'headers.x-a cannot be sent'],
    ['a user has a colon', 'auth: { username: << data.v >>, password: p }', { v: 'a:b' }, 'it contains a colon'],
    ['a password is missing', 'auth: { username: u, password: << data.v >> }', {}, '<< data.v >> is missing'],
    ['the time is too long', 'timeoutSeconds: << data.v >>', { v: 31 }, 'timeoutSeconds'],
    ['the time is none', 'timeoutSeconds: << data.v >>', { v: 0 }, 'timeoutSeconds'],
  ])('%s', async (_, yaml, data, message) => {
    const { sent, error } = await ask(`${yaml}\nelse: end`, data)
    expect(String(error)).toContain(message)
    expect(sent).toEqual([])
  })

  test('its URL comes out empty, whatever way there is for failures', async () => {
    const { sent, error } = await runNode({ yaml: 'type: http\nurl: << data.v >>\nelse: end', payload: { data: {} } })
    expect([String(error), sent]).toEqual([expect.stringContaining('url is empty'), []])
  })
})

describe('the answer', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const answer = (type: string, body: string) => [{ status: 200, headers: { 'content-type': type }, body }]
  const bodyOf = async (yaml: string, type: string, body: string) => {
    const { payload, error } = await ask(`result: data.r\n${yaml}`, {}, answer(type, body))
    if (error !== undefined) throw error
    return (payload.data as { r: { body: unknown } }).r.body
  }

  test('stands at result, without what may be secret of the request', async () => {
    const { payload, output } = await runNode({
      yaml: 'type: http\nurl: https://api.example/x?key=hunter2\nheaders: { authorization: hunter2 }\nresult: data.r',
      payload: {},
      responses: [{ status: 404, headers: { 'x-a': 'b' }, body: 'no' }],
    })
    expect(output).toBe('then')
    expect(payload.data).toEqual({
      r: {
        statusCode: 404,
        headers: { 'x-a': 'b' },
        body: 'no',
        requestDuration: 0,
        request: { method: 'GET', uri: 'https://api.example/x' },
      },
    })
  })

  test.each<[string, string, string, unknown]>([
    ['', 'application/json', '{"a":1}', { a: 1 }],
    ['', 'application/problem+json; charset=utf-8', '[1]', [1]],
    ['', 'APPLICATION/JSON', '5', 5],
    ['', 'application/json', '{"a":', '{"a":'],
    ['', 'application/json', '', ''],
    ['', 'application/json', '\uFEFF{"id":8202522731445525542}', { id: '8202522731445525542' }],
    ['', 'application/json', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['', 'application/json', nested(20_000), nested(20_000)],
    ['encoding: json', 'text/plain', nested(101), nested(101)],
    ['', 'text/plain', '{"a":1}', '{"a":1}'],
    ['', 'application/jsonlines', '{"a":1}', '{"a":1}'],
    ['encoding: json', 'text/plain', '{"a":1}', { a: 1 }],
    ['encoding: json', 'text/plain', 'a', 'a'],
    ['encoding: text', 'application/json', '{"a":1}', '{"a":1}'],
    ['encoding: base64', 'application/json', '{"a":1}', 'eyJhIjoxfQ=='],
    ['', 'text/plain; charset=nonsense', 'grün', 'grün'],
  ])('%s of the type %s with %.40j is read', async (yaml, type, body, expected) => {
    expect(await bodyOf(yaml, type, body)).toEqual(expected)
  })

  test('is read in the charset that it names', async () => {
    const http = async () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; charset="ISO-8859-1"' },
      body: Uint8Array.of(0x67, 0x72, 0xfc, 0x6e),
    })
    const { payload } = await runNode({ yaml: node('result: data.r'), payload: {}, services: { http } })
    expect(payload.data).toMatchObject({ r: { body: 'grün' } })
  })

  test('that does not come takes else, with why', async () => {
    const failing = [{ error: 'api.example did not answer within 10 s.' }]
    const { output, payload } = await ask('result: data.r\nelse: end', {}, failing)
    expect([output, payload.data]).toEqual([
      'else',
      { r: { error: { type: 'HTTP_NO_ANSWER', message: 'api.example did not answer within 10 s.' } } },
    ])
    const apart = await ask('result: data.r\nerrorResult: data.e\nelse: end', {}, failing)
    expect(Object.keys(apart.payload.data as object)).toEqual(['e'])
  })

  test('that does not come fails the run where there is no else', async () => {
    const { error, payload } = await ask('result: data.r', {}, [{ error: 'api.example cannot be reached.' }])
    expect(String(error)).toContain('api.example cannot be reached.')
    expect(payload.data).toEqual({})
  })

  test('is not what a defect is taken for', async () => {
    const services = {
      http: async (): Promise<never> => {
        throw new TypeError('x is not a function')
      },
    }
    const { output, error } = await runNode({ yaml: node('else: end'), payload: {}, services })
    expect([output, String(error)]).toEqual([undefined, expect.stringContaining('x is not a function')])
  })

  test('is no longer waited for once the run is over', async () => {
    let asked: HttpRequest | undefined
    const services = {
      http: async (request: HttpRequest) => {
        asked = request
        throw new FlowpotError('HTTP_TIMED_OUT', 500, 'Too late.')
      },
    }
    await runNode({ yaml: node(''), payload: {}, services })
    expect(asked?.signal.aborted).toBe(true)
  })
})

describe('an http node that does not load', () => {
  test.each([
    ['url: plants.example/x', 'FLOW_WRONG_TYPE', 'not a URL'],
    ['url: ftp://plants.example/', 'FLOW_WRONG_TYPE', 'neither http'],
    ['url: https://ada:pw@plants.example/', 'FLOW_WRONG_TYPE', 'a user or a password'],
    ['url: https://a.example/\nmethod: FETCH', 'FLOW_WRONG_TYPE', 'method'],
    ['url: https://a.example/\nbody: x', 'FLOW_UNKNOWN_FIELD', 'A GET request has no body'],
    ['url: https://a.example/\nmethod: HEAD\nform: { a: b }', 'FLOW_UNKNOWN_FIELD', 'A HEAD request has no body'],
    [
      'url: https://a.example/\nmethod: PUT\nbody: x\nform: { a: b }',
      'FLOW_UNKNOWN_FIELD',
      'cannot be combined with body',
    ],
    ['url: https://a.example/\nheaders: { Host: b }', 'FLOW_UNKNOWN_FIELD', 'set by the connection'],
    ['url: https://a.example/\nheaders: { content-length: 5 }', 'FLOW_UNKNOWN_FIELD', 'set by the connection'],
    ['url: https://a.example/\nheaders: { "x y": b }', 'FLOW_UNKNOWN_FIELD', 'cannot name a header'],
    [
      'url: https://a.example/\nauth: { username: a, password: b }\nheaders: { Authorization: c }',
      'FLOW_UNKNOWN_FIELD',
      'set by auth',
    ],
    [
      'url: https://a.example/\nmethod: POST\nmultipart: { a: b }\nheaders: { Content-Type: c }',
      'FLOW_UNKNOWN_FIELD',
      'set by multipart',
    ],
    ['url: https://a.example/\ntimeoutSeconds: 60', 'FLOW_WRONG_TYPE', 'timeoutSeconds'],
    ['url: https://a.example/\nencoding: hex', 'FLOW_WRONG_TYPE', 'encoding'],
    ['method: GET', 'FLOW_MISSING_FIELD', 'url'],
  ])('%j is %s', (yaml, code, message) => {
    const problems = problemsOf(`type: http\n${yaml}\nresult: data.r`)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
  })

  test('reads what no answer has', () => {
    const reading = (path: string) =>
      problemsOf(node(`result: data.r\nelse:\n  - { type: debug, message: ${path}, next: end }`)).map(
        ({ code }) => code,
      )
    expect(reading('<< data.r.error.message >>')).toEqual([])
    expect(reading('<< data.r.statusCode >>')).toEqual(['FLOW_ABSENT_PATH'])
  })
})

describe("Losant's HttpNode", () => {
  const given = { uriTemplate: 'https://{{globals.host}}/x', method: 'POST' }
  const translate = (config: object) => http.losant?.translate?.({ ...given, ...config })

  test('becomes an http node', () => {
    expect(
      translate({
        bodyType: 'jsonTemplate',
        bodyTemplate: '{ "a": {{jsonEncode data.a}} }',
        headerInfo: [
          { key: 'X-A', valueTemplate: '{{data.b}}' },
          { key: 'X-A', valueTemplate: 'c' },
        ],
        authType: 'basic',
        authCredentials: { usernameTemplate: 'u', passwordTemplate: '{{data.p}}' },
        timeoutTemplate: '60',
        disableRedirects: true,
        disableSSLVerification: true,
        encodingTemplate: 'base64',
        responsePath: 'working.r',
        errorBehavior: 'payloadPath',
        errorPath: 'working.e',
        caCertTemplate: '',
      }),
    ).toEqual({
      method: 'POST',
      url: 'https://{{globals.host}}/x',
      headers: { 'content-type': 'application/json', 'X-A': ['{{data.b}}', 'c'] },
      body: '{ "a": {{jsonEncode data.a}} }',
      auth: { username: 'u', password: '{{data.p}}' },
      timeoutSeconds: 30,
      followRedirects: false,
      acceptAnyCertificate: true,
      encoding: 'base64',
      result: 'working.r',
      errorResult: 'working.e',
    })
  })

  test.each<[object, object]>([
    [{}, {}],
    [{ method: 'GET', bodyTemplate: 'ignored' }, { method: 'GET' }],
    [{ bodyType: 'none', bodyTemplate: 'x' }, {}],
    [{ bodyTemplate: 'a={{data.a}}' }, { body: 'a={{data.a}}' }],
    [
      { bodyType: 'urlencoded', bodyFields: [{ keyTemplate: 'a', valueTemplate: '{{data.a}}' }] },
      { form: { a: '{{data.a}}' } },
    ],
    [{ bodyType: 'multipart', bodyFields: [] }, { multipart: {} }],
    [{ timeoutTemplate: '{{data.t}}' }, { timeoutSeconds: '{{data.t}}' }],
    [{ timeoutTemplate: '', responsePath: '', errorPath: '', errorBehavior: 'throw' }, {}],
    [
      {
        bodyType: 'jsonTemplate',
        bodyTemplate: '1',
        headerInfo: [{ key: 'Content-Type', valueTemplate: 'application/x' }],
      },
      { headers: { 'Content-Type': 'application/x' }, body: '1' },
    ],
  ])('%j becomes %j', (config, expected) => {
    expect(translate(config)).toEqual({ method: 'POST', url: given.uriTemplate, encoding: 'json', ...expected })
  })

  test.each([
    { authType: 'credential' },
    { authType: 'clientCert' },
    { bodyType: 'diskPath' },
    { bodyType: 'url' },
    { bodyTemplate: 'x', requestEncodingTemplate: 'base64' },
    { encodingTemplate: 'hex' },
    { caCertTemplate: '-----BEGIN' },
    { bodyType: 'urlencoded', bodyFields: [{ keyTemplate: '{{data.k}}', valueTemplate: '' }] },
  ])('%j is refused, saying what has no counterpart', (config) => {
    expect(() => translate(config)).toThrow('has no counterpart')
  })
})
