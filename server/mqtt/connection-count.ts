/** Limits how many connections are open, in all and for each network, so that one network cannot use them all up. */
import { networkOf } from '../../platform/auth/network.ts'
import type { BrokerLimits } from './context.ts'

export interface ConnectionCount {
  /** Counts a connection. Returns the reason, and counts nothing, if the limit is reached. */
  enter(address: string): string | undefined
  /** Call it once for each connection that `enter` counted. */
  leave(address: string): void
}

export function createConnectionCount({
  connections,
  connectionsPerAddress,
}: Pick<BrokerLimits, 'connections' | 'connectionsPerAddress'>): ConnectionCount {
  const ofNetwork = new Map<string, number>()
  let all = 0
  return {
    enter(address) {
      const network = networkOf(address)
      const count = ofNetwork.get(network) ?? 0
      if (all >= connections) return `There are ${connections} connections.`
      if (count >= connectionsPerAddress) return `Its network has ${connectionsPerAddress} connections.`
      all++
      ofNetwork.set(network, count + 1)
      return undefined
    },
    leave(address) {
      const network = networkOf(address)
      const count = ofNetwork.get(network) ?? 0
      all--
      if (count > 1) ofNetwork.set(network, count - 1)
      else ofNetwork.delete(network)
    },
  }
}
