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

/** The address without a port; an IPv4 address that is mapped to IPv6, as a socket of both gives it, as IPv4, however it is written. */
export function plainAddress(address: string): string {
  // Some proxies forward the port too: `192.0.2.1:50000`, `[2001:db8::1]:50000`.
  const ip = address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
  if (!isIPv6(ip)) return ip
  const groups = groupsOf(ip)
  if (groups.slice(0, 6).join() !== mapped) return ip
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** The first six groups of ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
const mapped = '0,0,0,0,0,65535'

/** A name or address as the host of a URL, `[::1]` for `::1`, with what `plainAddress` makes of an address. */
export function plainHost(host: string): string {
  const plain = plainAddress(host)
  return isIPv6(plain) ? `[${plain}]` : plain
}

function prefixOf(address: string, count: number): string {
  const ip = plainAddress(address)
  // A proxy may forward text of any length in place of an address.
  if (!isIPv6(ip)) return ip.slice(0, 64)
  return groupsOf(ip)
    .slice(0, count)
    .map((group) => group.toString(16))
    .join(':')
}

/** An IPv6 address has eight groups of 16 bits. The last two may be written as an IPv4 address. */
function groupsOf(ip: string): number[] {
  const inHex = ip.replace(/%.*/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [head = [], tail = []] = inHex.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16))
}
