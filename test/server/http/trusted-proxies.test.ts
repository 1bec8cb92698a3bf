import { expect, test } from 'vitest'
import { readTrustedProxies } from '../../../server/http/trusted-proxies.ts'

test.each([
  ['true', 1],
  ['false', 0],
  ['0', 0],
  ['2', 2],
  ['192.0.2.7', ['192.0.2.7']],
  ['10.0.0.0/8, ::1,2001:db8::/32', ['10.0.0.0/8', '::1', '2001:db8::/32']],
])('trusts %j', (text, proxies) => {
  expect(readTrustedProxies(text)).toEqual(proxies)
})

test.each([
  '',
  'yes',
  '-1',
  '1.5',
  '100',
  '10.0.0',
  '10.0.0.0/0',
  '10.0.0.0/33',
  '10.0.0.0/8/8',
  '10.0.0.0/',
  '::1/129',
  '10.0.0.0/8,',
  'proxy.lom.example',
])('does not read %j', (text) => {
  expect(readTrustedProxies(text)).toBeUndefined()
})
