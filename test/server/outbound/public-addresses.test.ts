import { describe, expect, test } from 'vitest'
import { isAllowedHost } from '../../../server/outbound/allowed-hosts.ts'
import { isPublicAddress } from '../../../server/outbound/public-addresses.ts'

describe('an address', () => {
  test.each([
    ['0.0.0.0', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['168.63.129.16', "Azure's own"],
    ['169.254.169.254', 'metadata of clouds'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.192', 'protocol assignment'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'benchmark'],
    ['203.0.113.9', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['::ffff:127.0.0.1', 'IPv4-mapped'],
    ['::ffff:7f00:1', 'IPv4-mapped'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['64:ff9b::10.0.0.1', 'private, behind NAT64'],
    ['64:ff9b::a9fe:a9fe', 'link-local, behind NAT64'],
    ['64:ff9b:1::1', 'NAT64 of a network of its own'],
    ['100::1', 'discard'],
    ['2001::1', 'Teredo'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::', '6to4'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'unique local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['2606:4700::1111%eth0', 'of a zone'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['localhost', 'no address'],
    ['', 'no address'],
  ])('%s is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '2606:4700::1111', '64:ff9b::808:808'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )
})

describe('a host that an application allows', () => {
  test.each([
    ['127.0.0.1:9000', 'http://127.0.0.1:9000/a', true],
    ['127.0.0.1:9000', 'http://127.0.0.1:9001/a', false],
    ['127.0.0.1:9000', 'http://2130706433:9000/', true],
    ['127.0.0.1:9000', 'http://localhost:9000/', false],
    ['127.0.0.1:9000', 'http://[::ffff:127.0.0.1]:9000/', true],
    ['[::ffff:127.0.0.1]:9000', 'http://127.0.0.1:9000/', true],
    ['[::ffff:127.0.0.1]:9000', 'http://127.0.0.2:9000/', false],
    ['internal.example', 'http://internal.example:81/', true],
    ['internal.example', 'https://INTERNAL.example/', true],
    ['internal.example', 'http://internal.example./', false],
    ['internal.example', 'http://internal.example.evil.example/', false],
    ['internal.example', 'http://sub.internal.example/', false],
    ['internal.example:80', 'http://internal.example/', true],
    ['internal.example:80', 'https://internal.example/', false],
    ['internal.example:443', 'https://internal.example/', true],
    ['Internal.Example', 'http://internal.example/', true],
    ['[::1]:9000', 'http://[::1]:9000/', true],
    ['[::1]', 'http://[0:0:0:0:0:0:0:1]:9000/', true],
    ['lōm.example', 'http://xn--lm-vra.example/', true],
    ['a b', 'http://a/', false],
    ['', 'http://a/', false],
  ])('%j admits %s: %s', (entry, url, expected) => {
    expect(isAllowedHost(new URL(url), ['other.example', entry])).toBe(expected)
  })
})
