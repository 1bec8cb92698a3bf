/** Nothing that is logged lets its reader in. */
import { describe, expect, it } from 'vitest'
import { createSecretNames, loggableUrl, secretNames } from '../../../engine/secret-names.ts'
import { boundLines } from '../../../server/http/bound-lines.ts'
import { createLog, withoutSecrets } from '../../../server/http/log.ts'

const names = ['authorization', 'Cookie', 'newPassword', 'passwordConfirmation', 'clientSecret', 'secretKey', 'token']
const others = ['access_tokens', 'x-api-key', 'jwt', 'sessionId', 'pin', 'pwd', 'credentials', 'stripeKey', 'signature']

describe('what is logged', () => {
  it.each([...names, ...others])('has no %s in it, however deep, nor in a URL', (name) => {
    const lines: string[] = []
    const log = createLog('info', { write: (line) => lines.push(line) })
    log.info({ details: { a: [{ [name]: 'hunter2' }], [name]: 'hunter2' } }, 'told')
    expect(lines.join('')).toContain('[redacted]')
    expect(lines.join('')).not.toContain('hunter2')
    expect(loggableUrl(`/x?a=1&${encodeURIComponent(name)}=hunter2`, secretNames)).toBe(
      `/x?a=1&${encodeURIComponent(name)}=[redacted]`,
    )
  })

  it('has what stands under a secret’s name out of it whole, and what only speaks of one in it', () => {
    expect(
      withoutSecrets({ cookies: { a: 'hunter2' }, token: 1234, tokenTtlSeconds: 60, author: 'Ada' }, secretNames),
    ).toEqual({
      cookies: '[redacted]',
      token: '[redacted]',
      tokenTtlSeconds: 60,
      author: 'Ada',
    })
  })

  it('has the secrets of the application that is served out of it, by the names that it has then', () => {
    const lines: string[] = []
    let names = secretNames
    const log = createLog('info', { write: (line) => lines.push(line) }, () => names)
    const tell = () =>
      log.info({ url: '/cars?plate=KN-ABC', details: { plateNumber: { main: 'KN-ABC' }, PLATE: 4242424242 } }, 'told')
    tell()
    names = createSecretNames(['plate', 'plate-number'])
    tell()
    expect(lines[0]?.match(/KN-ABC|4242424242/g)).toHaveLength(3)
    expect(lines[1]).not.toMatch(/KN-ABC|4242424242/)
  })
})

describe('the size of the log', () => {
  const long = 'x'.repeat(1_000_000)

  it.each([
    ['a message', [long]],
    [
      'an error, whose message is in its stack and in that of its cause',
      [{ err: new Error(long, { cause: long }) }, long],
    ],
    ['details of one text', [{ details: { body: long } }, 'told']],
    ['details of many texts', [{ details: Array.from({ length: 10_000 }, (_, n) => `text ${n}`) }, 'told']],
    ['a key', [{ details: { [long]: 1 } }, 'told']],
    [
      'characters that JSON escapes',
      [{ details: ['\u0001'.repeat(100_000)], err: new Error('"'.repeat(1e5)) }, 'told'],
    ],
  ] as const)('is bounded in each line: %s', (_, args) => {
    const lines: string[] = []
    const log = createLog('info', { write: (line) => lines.push(line) }).child({ requestId: 'r1' })
    Reflect.apply(log.info, log, args)
    expect(lines).toHaveLength(1)
    const [line = ''] = lines
    expect(line.length).toBeLessThanOrEqual(8 * 1024)
    expect(line.endsWith('\n')).toBe(true)
    const { requestId, cut, level, time, msg } = JSON.parse(line)
    expect({ requestId, level }).toEqual({ requestId: 'r1', level: 30 })
    expect([typeof time, cut > 50_000, /^(told|x{500})/.test(msg)]).toEqual(['number', true, true])
  })

  it('hides a secret before the text that holds it is cut', () => {
    const lines: string[] = []
    const names = createSecretNames([], ['s3cret-of-the-application'])
    const log = createLog('info', { write: (line) => lines.push(line) }, () => names)
    for (let before = 1_000; before < 1_100; before++)
      log.info({ details: [`${'x'.repeat(before)}s3cret-of-the-application${long}`] }, 'told')
    expect(lines).toHaveLength(100)
    expect(lines.join('')).not.toContain('s3c')
  })

  it('is bounded in a minute, and no line is left out', () => {
    let now = 0
    const bounded = boundLines({ lineBytes: 8_192, bytesPerMinute: 100_000 }, () => now)
    const line = (n: number) =>
      `${JSON.stringify({ level: 50, time: n, details: 'x'.repeat(8_000), msg: `line ${n}` })}\n`
    const written = (count: number) => Array.from({ length: count }, (_, n) => bounded(line(n)))
    const first = written(100)
    expect(first.join('').length).toBeLessThan(100_000 + 8_192 + 100 * 512)
    expect(first.map((text) => JSON.parse(text).msg)).toEqual(first.map((_, n) => `line ${n}`))
    now = 60_000
    expect(written(2)).toEqual([line(0), line(1)])
  })
})
