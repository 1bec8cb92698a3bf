/** Nothing that is logged lets its reader in. */
import { describe, expect, it } from 'vitest'
import { createSecretNames, loggableUrl, secretNames } from '../../../engine/secret-names.ts'
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
