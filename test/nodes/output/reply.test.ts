import { validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { headerValue, locationText } from '../../../nodes/parts/reply-headers.ts'
import { problemsOf, runNode } from '../run-node.ts'

const replyTo = (yaml: string, data: object = {}) => runNode({ yaml: `type: reply\n${yaml}`, payload: { data } })

describe('a reply', () => {
  test('answers 200 without a body where nothing is said', async () => {
    const { reply } = await runNode({ yaml: 'type: reply', payload: {} })
    expect(reply).toEqual({ status: 200, headers: {}, cookies: [], body: undefined })
  })

  test('takes digits for a status, and nothing else that is not a number', async () => {
    expect((await replyTo('status: << data.n >>', { n: '404' })).reply?.status).toBe(404)
    for (const n of ['4o4', true, null, 99, 100, 600, 200.5, '', [404]]) {
      const { reply, error } = await replyTo('status: << data.n >>', { n })
      expect(reply).toBeUndefined()
      expect(String(error)).toContain('status')
    }
  })

  test('fails where its status is missing, in place of saying 200', async () => {
    const { reply, error } = await replyTo('status: << data.n >>')
    expect(reply).toBeUndefined()
    expect(String(error)).toContain('The status of the reply is missing')
  })

  test('keeps the first answer and logs the second', async () => {
    const { reply, logs } = await replyTo('body: first\nnext: [ { type: reply, body: second } ]')
    expect(reply?.body).toBe('first')
    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      ['warn', expect.stringContaining('been answered already')],
    ])
  })

  test('leaves out the keys of its body that are missing', async () => {
    const { reply } = await replyTo('body: { a: << data.a >>, b: << data.b >> }', { b: null })
    expect(reply?.body).toEqual({ b: null })
  })

  describe('of bytes', () => {
    const bytes = 'encoding: base64\nbody: << data.file >>'
    const file = { filename: '€.png', contentType: 'image/png', encoding: 'base64', content: 'AP8=' }

    test('is text in Base64, which may stand in lines', async () => {
      const { reply } = await replyTo(bytes, { file: 'AP\r\n8=\n' })
      expect(reply).toEqual({ status: 200, headers: {}, cookies: [], body: 'AP8=', encoding: 'base64' })
    })

    test('is a file, which says what it is where the flow does not', async () => {
      expect((await replyTo(bytes, { file })).reply).toMatchObject({
        body: 'AP8=',
        encoding: 'base64',
        headers: {
          'content-type': 'image/png',
          'content-disposition': 'inline; filename="?.png"; filename*=UTF-8\'\'%E2%82%AC.png',
          'content-security-policy': "script-src 'none'",
        },
      })
      const headers = 'headers: { content-type: text/plain, content-disposition: attachment }\n'
      expect((await replyTo(headers + bytes, { file })).reply?.headers).toEqual({
        'content-type': 'text/plain',
        'content-disposition': 'attachment',
      })
    })

    test.each(['no media type', 'image/png\r\nset-cookie: a=b', '', 7, null])(
      'has no header of a file that says %j of itself',
      async (contentType) => {
        const { reply } = await replyTo(bytes, { file: { ...file, filename: undefined, contentType } })
        expect(reply?.headers).toEqual({})
      },
    )

    test.each([[undefined], [null], [{ a: 1 }], ['€'], ['A*=='], [{ ...file, content: '<p>' }], [7]])(
      'fails where it is none: %j',
      async (given) => {
        const { reply, error } = await replyTo(bytes, { file: given })
        expect(reply).toBeUndefined()
        expect(String(error)).toContain('neither text in Base64 nor a file')
      },
    )
  })

  test.each([
    [
      'content-disposition',
      'attachment; filename=<< data.q >>',
      '€.csv',
      'attachment; filename="?.csv"; filename*=UTF-8\'\'%E2%82%AC.csv',
    ],
    [
      'Content-Disposition',
      'attachment; filename="<< data.q >>"',
      'ö "x".csv',
      'attachment; filename="? \\"x\\".csv"; filename*=UTF-8\'\'%C3%B6%20%22x%22.csv',
    ],
    ['content-disposition', 'attachment; filename="<< data.q >>"', 'a.csv', 'attachment; filename="a.csv"'],
    ['location', '/plants/<< data.q >>', 'Grün€', '/plants/Gr%C3%BCn%E2%82%AC'],
  ])('sends what is not ASCII in %s: %s', async (name, written, q, expected) => {
    const { reply } = await replyTo(`headers: { ${name}: '${written}' }`, { q })
    expect(reply?.headers[name.toLowerCase()]).toBe(expected)
  })

  test('says of other headers what they cannot have, and how it can be sent', async () => {
    const { error } = await replyTo('headers: { x-plant: << data.q >> }', { q: '€' })
    expect(String(error)).toContain('encodeURIComponent')
  })

  test('takes any text as the value of a cookie, but for control characters', async () => {
    const cookies = 'cookies: [ { name: a, value: << data.q >> } ]'
    expect((await replyTo(cookies, { q: '€; b=c' })).reply?.cookies[0]?.value).toBe('€; b=c')
    expect((await replyTo(cookies, { q: 'a\r\nb' })).reply).toBeUndefined()
  })

  test('sends names of headers in lower case, numbers as text, and a list once an item', async () => {
    const { reply } = await replyTo('headers: { X-Count: << data.n >>, X-Tag: << data.tags >> }', {
      n: 3,
      tags: ['a', 'b'],
    })
    expect(reply?.headers).toEqual({ 'x-count': '3', 'x-tag': ['a', 'b'] })
  })

  test('leaves out a header that is null', async () => {
    expect((await replyTo('headers: { x-a: << data.a >>, x-b: 1 }', { a: null })).reply?.headers).toEqual({
      'x-b': '1',
    })
  })

  test.each([
    ['headers:\n  x-plant: << data.value >>', 'headers.x-plant'],
    ['headers:\n  x-plant: Plant << data.value >>', 'headers.x-plant'],
    ['redirect: /plants/<< data.value >>', 'redirect'],
    ['cookies:\n  - name: plant\n    value: << data.value >>', 'cookies[0].value'],
  ])('fails, naming the field, where a value would break out of %j', async (yaml, field) => {
    for (const value of ['a\r\nset-cookie: b=c', 'a\nb', 'a\rb', 'a\0b', '\x7f']) {
      const { reply, error } = await replyTo(yaml, { value })
      expect(reply).toBeUndefined()
      expect(String(error)).toContain(`${field} cannot be sent`)
    }
  })

  test.each([
    ['an object', { a: 1 }],
    ['a list of objects', [{ a: 1 }]],
  ])('fails where a header is %s', async (_, value) => {
    const { error } = await replyTo('headers: { x-plant: << data.value >> }', { value })
    expect(String(error)).toContain('headers.x-plant')
  })

  test('redirects with 302, or with the status that it is given', async () => {
    expect((await replyTo('redirect: /a')).reply).toMatchObject({ status: 302, headers: { location: '/a' } })
    expect((await replyTo('redirect: /a\nstatus: 303')).reply).toMatchObject({
      status: 303,
      headers: { location: '/a' },
    })
  })

  test('fails where there is nowhere to redirect to', async () => {
    expect(String((await replyTo('redirect: << data.nowhere >>')).error)).toContain(
      'redirect cannot be sent: it is empty',
    )
  })

  test('hides cookies from scripts and other sites unless the flow says otherwise', async () => {
    const { reply } = await replyTo(
      'cookies: [ { name: a, value: 1 }, { name: b, value: x, httpOnly: false, path: /b } ]',
    )
    expect(reply?.cookies).toEqual([
      { name: 'a', value: '1', path: '/', httpOnly: true, sameSite: 'lax' },
      { name: 'b', value: 'x', path: '/b', httpOnly: false, sameSite: 'lax' },
    ])
  })

  test.each([
    ['text/html', true],
    ['TEXT/HTML; charset=utf-8', true],
    ['application/xhtml+xml', true],
    ['image/svg+xml', true],
    ['text/xml; charset=utf-8', true],
    ['application/rss+xml', true],
    ['text/plain', false],
    ['application/vnd.ms-xmlhttp', false],
  ])('with the content type %s escapes HTML: %s', async (type, isEscaped) => {
    const { reply } = await replyTo(`headers: { Content-Type: ${type} }\nbody: <p><< data.name >></p>`, {
      name: '<b>&"\'',
    })
    expect(reply?.body === `<p><b>&"'</p>`).toBe(!isEscaped)
    expect(String(reply?.body).includes('<b>')).toBe(!isEscaped)
  })
})

describe('a reply that does not load', () => {
  test.each([
    ['headers: { "x plant": a }', 'FLOW_UNKNOWN_FIELD', 'x plant'],
    ['headers: { "x\\r\\ny": a }', 'FLOW_UNKNOWN_FIELD', 'cannot name a header'],
    ['headers: { Content-Length: 5 }', 'FLOW_UNKNOWN_FIELD', 'set by the server'],
    ['headers: { transfer-encoding: chunked }', 'FLOW_UNKNOWN_FIELD', 'set by the server'],
    ['headers: { X-A: 1, x-a: 2 }', 'FLOW_UNKNOWN_FIELD', 'twice'],
    ['cookies: [ { name: "a b", value: c } ]', 'FLOW_WRONG_TYPE', ''],
    ['cookies: [ { name: a } ]', 'FLOW_MISSING_FIELD', 'value'],
    ['cookies: [ { name: a, value: b, path: "/;x" } ]', 'FLOW_WRONG_TYPE', ''],
    ['cookies: [ { name: a, value: b, sameSite: none } ]', 'FLOW_MISSING_FIELD', 'secure'],
    ['status: 99', 'FLOW_WRONG_TYPE', ''],
    ['status: 101', 'FLOW_WRONG_TYPE', ''],
    ['status: soon', 'FLOW_WRONG_TYPE', ''],
    ['stauts: 200', 'FLOW_UNKNOWN_FIELD', 'stauts'],
  ])('%s is %s', (yaml, code, message) => {
    const problems = problemsOf(`type: reply\n${yaml}`)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
    expect(problems[0]?.line).toBe(5)
  })
})

describe('what goes into a header', () => {
  test('is always something that Node.js sends', () => {
    const send = (value: string | readonly string[] | undefined) => {
      for (const text of [value ?? ''].flat()) validateHeaderValue('x-a', text)
    }
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        try {
          send(headerValue('x', value))
        } catch (error) {
          expect(String(error)).toContain('cannot be sent')
        }
      }),
    )
  })

  test('encodes an address as a browser does', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        fc.pre(path !== '')
        expect(locationText('redirect', path)).toBe(path)
      }),
    )
    expect(locationText('redirect', '/ü/🌱?a=ä')).toBe('/%C3%BC/%F0%9F%8C%B1?a=%C3%A4')
    expect(locationText('redirect', '/\ud800')).toBe('/%EF%BF%BD')
  })
})
