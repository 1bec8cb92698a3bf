import { isIPv6 } from 'node:net'

/**
 * The part of an address that its owner cannot change at will: all of an IPv4 address, but only the first 64 bits of an IPv6
 * address, since every customer has at least a /64. A network has the same name however the address is written.
 */
export function networkOf(address: string): string {
  return prefixOf(address, 4)
}

/**
 * What one customer may hold at most: all of an IPv4 address, but only the first 48 bits of an IPv6 address, since providers
 * assign a /48 to a site (RFC 6177). Where turns are shared, somebody with 65,536 networks has the share of one.
 */
export function siteOf(address: string): string {
  return prefixOf(address, 3)
}

/** The address without a port; an IPv4 address that is mapped to IPv6, as a socket of both gives it, as IPv4. */
export function plainAddress(address: string): string {
  // Some proxies forward the port too: `192.0.2.1:50000`, `[2001:db8::1]:50000`.
  const ip = address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
  return /^::ffff:([\d.]+)$/i.exec(ip)?.[1] ?? ip
}

/** An IPv6 address has eight groups of 16 bits. */
function prefixOf(address: string, count: number): string {
  const ip = plainAddress(address)
  // A proxy may forward text of any length in place of an address.
  if (!isIPv6(ip)) return ip.slice(0, 64)
  const [head = '', tail] = ip.split('::')
  const groups = head.split(':').filter(Boolean)
  if (tail !== undefined) {
    const after = tail.split(':').filter(Boolean)
    while (groups.length + after.length < 8) groups.push('0')
    groups.push(...after)
  }
  return groups
    .slice(0, count)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
