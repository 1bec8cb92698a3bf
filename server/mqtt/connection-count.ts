/** Counts open connections, so that no network takes the places of all the others. */
import { networkOf } from '../../platform/auth/network.ts'
import type { BrokerLimits } from './context.ts'

export interface ConnectionCount {
  /** Counts a connection, or says why there is no place for it. */
  enter(address: string): string | undefined
  /** Takes back what `enter` counted. */
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
