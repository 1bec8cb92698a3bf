/** The connections that requests go over. A guarded one is made to public addresses alone. */
import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { addressForbidden } from './http-errors.ts'
import { isPublicAddress } from './public-addresses.ts'

export interface AgentOptions {
  /** How names become addresses; the system's way where it is not given. */
  readonly lookup?: LookupFunction
  readonly isPublic?: (address: string) => boolean
}

export interface AgentKind {
  readonly isGuarded: boolean
  readonly acceptsAnyCertificate: boolean
}

export interface Agents {
  /** Connections are kept for the next request, but never shared between kinds. */
  of(kind: AgentKind): Agent
  /** Ends every connection. */
  close(): Promise<void>
}

export function createAgents({ lookup = systemLookup, isPublic = isPublicAddress }: AgentOptions): Agents {
  const agents = new Map<string, Agent>()
  return {
    of(kind) {
      const key = JSON.stringify([kind.isGuarded, kind.acceptsAnyCertificate])
      const agent = agents.get(key) ?? createAgent(kind, lookup, isPublic)
      agents.set(key, agent)
      return agent
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
    },
  }
}

function createAgent(kind: AgentKind, lookup: LookupFunction, isPublic: typeof isPublicAddress): Agent {
  const connect = buildConnector({
    lookup: kind.isGuarded ? lookupPublic(lookup, isPublic) : lookup,
    rejectUnauthorized: !kind.acceptsAnyCertificate,
  })
  if (!kind.isGuarded) return new Agent({ connect })
  return new Agent({
    connect(options, callback) {
      // Nothing is looked up for what is an address already.
      if (isIP(options.hostname) !== 0 && !isPublic(options.hostname)) {
        callback(addressForbidden({ host: options.hostname }), null)
      } else connect(options, callback)
    },
  })
}

/**
 * Looks a name up, and refuses it if any of its addresses is not public. The socket connects to the very addresses that
 * come back from here, so a name that stands for another address a moment later gains nothing by it.
 */
function lookupPublic(lookup: LookupFunction, isPublic: typeof isPublicAddress): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      // With `all` there is a list.
      const addresses = found as readonly LookupAddress[]
      if (error) return callback(error, [])
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublic(address))) {
        return callback(addressForbidden({ host: hostname }), [])
      }
      if (options.all) return callback(null, [...addresses])
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
}
