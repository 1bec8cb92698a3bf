/** Decides which IP addresses are on the public Internet: those that IANA does not reserve for special purposes, RFC 6890. */
import { BlockList, isIP } from 'node:net'

const specialIPv4 = [
  '0.0.0.0/8', // this host
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a carrier's customers
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // what Azure serves its machines from
  '169.254.0.0/16', // link-local, with the metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]

const specialIPv6 = [
  // Everything except 2000::/3, which has all public addresses: loopback, IPv4-mapped, unique local, multicast.
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which leads to any IPv4 address
  '3fff::/20', // documentation
]

/** The prefix by which networks without IPv4 write IPv4 addresses, RFC 6052. */
const nat64 = '64:ff9b::'

const lists = {
  ipv4: blockList(specialIPv4),
  ipv6: blockList(specialIPv6),
  nat64: blockList([`${nat64}/96`]),
  specialBehindNat64: blockList(
    specialIPv4.map((network) => {
      const [address, prefix] = network.split('/')
      return `${nat64}${address}/${96 + Number(prefix)}`
    }),
  ),
}

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !lists.ipv4.check(address, 'ipv4')
  // Public addresses have no zone, as in `fe80::1%eth0`.
  if (isIP(address) !== 6 || address.includes('%')) return false
  const list = lists.nat64.check(address, 'ipv6') ? lists.specialBehindNat64 : lists.ipv6
  return !list.check(address, 'ipv6')
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
