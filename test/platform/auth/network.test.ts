import { expect, test } from 'vitest'
import { networkOf, siteOf } from '../../../platform/auth/network.ts'

test.each([
  [
    'of IPv4',
    '192.0.2.7',
    [
      '192.0.2.7',
      '192.0.2.7:50000',
      '::ffff:192.0.2.7',
      '::FFFF:192.0.2.7',
      '::ffff:c000:207',
      '0:0:0:0:0:FFFF:C000:0207',
      '[::ffff:c000:207]:50000',
    ],
  ],
  [
    'of IPv6, a /64 however it is written',
    '2001:db8:0:0',
    [
      '2001:db8::1',
      '2001:0db8:0:0:1::',
      '2001:DB8:0:0:ffff:1:2:3',
      '2001:db8:0::7',
      '[2001:db8::1]',
      '[2001:db8::1]:50000',
    ],
  ],
  ['of IPv6, and not the next one', '2001:db8:0:1', ['2001:db8:0:1::1']],
  ['of IPv6 that ends as IPv4', '64:ff9b:0:0', ['64:ff9b::192.0.2.7', '64:ff9b:0:0:0:0:192.0.2.7']],
  ['of this machine', '0:0:0:0', ['::1']],
  ['of what is no address', 'unknown', ['unknown']],
  ['of what is no address, and long', 'x'.repeat(64), ['x'.repeat(10_000)]],
])('the network %s', (_what, network, addresses) => {
  for (const address of addresses) expect(networkOf(address)).toBe(network)
})

test('a site is a /48 of IPv6, and an address of IPv4', () => {
  expect(siteOf('2001:db8:7:1::1')).toBe('2001:db8:7')
  expect(siteOf('[2001:db8:7:ffff::9]:50000')).toBe('2001:db8:7')
  expect(siteOf('2001:db8:8::1')).toBe('2001:db8:8')
  expect(siteOf('192.0.2.7')).toBe('192.0.2.7')
})
