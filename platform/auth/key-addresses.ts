/** From which addresses an access key may be used. */
import { BlockList, isIP } from 'node:net'
import { invalid } from '../base/refusals.ts'
import { fromColumn } from '../records/schemas.ts'
import type { ApplicationKeyTable } from '../store/tables.ts'
import { plainAddress } from './network.ts'

type Addresses = Pick<ApplicationKeyTable, 'address_filter_type' | 'addresses'>

/** Without an address, only a key that may be used from everywhere is good. */
export function admitsAddress(
  { address_filter_type: type, addresses }: Addresses,
  address: string | undefined,
): boolean {
  if (type === 'all') return true
  // The interface of a link-local address does not count.
  const ip = plainAddress(address ?? '').replace(/%.*/, '')
  const version = isIP(ip)
  if (version === 0) return false
  const listed = new BlockList()
  for (const one of fromColumn<string[]>(addresses)) addTo(listed, one)
  return listed.check(ip, version === 4 ? 'ipv4' : 'ipv6') === (type === 'whitelist')
}

/** Refuses what is neither an address nor a block of addresses: a key whose list holds it would not do what its owner counts on. */
export function checkAddresses(type: string | undefined, addresses: readonly string[] | undefined): void {
  for (const [index, one] of (addresses ?? []).entries()) {
    if (!addTo(new BlockList(), one)) {
      throw invalid({
        problem: `applicationKey.addresses[${index}] must be an IP address, or a block of them such as 192.0.2.0/24`,
      })
    }
  }
  if (type === 'whitelist' && addresses?.length === 0) {
    throw invalid({
      problem: 'applicationKey.addresses is empty: with addressFilterType whitelist nobody could use the key',
    })
  }
}

/** Returns whether `one` is an address or a block of them. */
function addTo(list: BlockList, one: string): boolean {
  const [base = '', length, ...more] = one.split('/')
  const ip = plainAddress(base)
  const version = isIP(base)
  if (version === 0 || ip.includes('%') || more.length > 0) return false
  // The block of a mapped address is that of the IPv4 address within it.
  const isMapped = version === 6 && isIP(ip) === 4
  const family = isIP(ip) === 4 ? 'ipv4' : 'ipv6'
  if (length === undefined) {
    list.addAddress(ip, family)
    return true
  }
  const bits = /^\d{1,3}$/.test(length) ? Number(length) - (isMapped ? 96 : 0) : -1
  if (bits < 0 || bits > (family === 'ipv4' ? 32 : 128)) return false
  list.addSubnet(ip, bits, family)
  return true
}
