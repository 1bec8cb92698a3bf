/** The connections that requests go over: directly or through a proxy, and, where they are guarded, to public addresses alone. */
import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { ClientCertificate } from './client-certificate.ts'
import { addressForbidden } from './http-errors.ts'
import type { Proxies } from './proxies.ts'
import { isPublicAddress } from './public-addresses.ts'

export interface AgentOptions {
  /** How names become addresses; the system's way where it is not given. */
  readonly lookup?: LookupFunction
  readonly isPublic?: (address: string) => boolean
}

export interface AgentKind {
  readonly isGuarded: boolean
  readonly acceptsAnyCertificate: boolean
  /** What servers are shown that ask who the client is. */
  readonly certificate?: ClientCertificate | undefined
}

export interface Agents {
  /** Connections are kept for the next request, but never shared between kinds. Rejects with `HTTP_ADDRESS_FORBIDDEN`. */
  of(kind: AgentKind, url: URL): Promise<Dispatcher>
  /** Ends every connection. */
  close(): Promise<void>
}

export function createAgents(options: AgentOptions & { readonly proxies: Proxies | undefined }): Agents {
  const { lookup = systemLookup, isPublic = isPublicAddress, proxies } = options
  const agents = new Map<string, Dispatcher>()
  return {
    async of(kind, url) {
      if (proxies && kind.isGuarded) await refuseForProxy(url.hostname, lookup, isPublic)
      const key = JSON.stringify([kind.isGuarded, kind.acceptsAnyCertificate, kind.certificate])
      const agent = agents.get(key) ?? createAgent(kind, proxies, lookup, isPublic)
      agents.set(key, agent)
      return agent
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
    },
  }
}

function createAgent(
  { isGuarded, acceptsAnyCertificate, certificate }: AgentKind,
  proxies: Proxies | undefined,
  lookup: LookupFunction,
  isPublic: typeof isPublicAddress,
): Dispatcher {
  const tls = { rejectUnauthorized: !acceptsAnyCertificate, ...certificate }
  const connector = buildConnector({ ...tls, lookup: isGuarded ? lookupPublic(lookup, isPublic) : lookup })
  const connect: buildConnector.connector = (options, callback) => {
    // Nothing is looked up for what is an address already.
    if (isGuarded && isIP(options.hostname) !== 0 && !isPublic(options.hostname)) {
      callback(addressForbidden({ host: options.hostname }), null)
    } else connector(options, callback)
  }
  if (!proxies) return new Agent({ connect })
  // A tunnel is for TLS alone: most proxies refuse one to other ports.
  return new EnvHttpProxyAgent({ ...proxies, connect, requestTls: tls, proxyTunnel: false })
}

/** Names that are never on the Internet: RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps for networks of one's own. */
const privateName = /^[^.]*$|(^|\.)(localhost|local|internal|home\.arpa)$/

/**
 * A proxy looks names up itself, and connects to whatever it finds. So what is an address that is not public, or a name of one, is
 * refused before it is asked. A name that cannot be looked up here is left to the proxy, since behind many nothing can be: only what
 * is plainly a name of a private network is not.
 */
async function refuseForProxy(urlHostname: string, lookup: LookupFunction, isPublic: typeof isPublicAddress) {
  const hostname = urlHostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(hostname) === 0 ? await addressesOf(hostname, lookup) : [hostname]
  const isRefused =
    addresses.length === 0 ? privateName.test(hostname.replace(/\.$/, '')) : !addresses.every((each) => isPublic(each))
  if (isRefused) throw addressForbidden({ host: hostname })
}

function addressesOf(hostname: string, lookup: LookupFunction): Promise<readonly string[]> {
  return new Promise((resolve) => {
    lookup(hostname, { all: true }, (error, found) => {
      // With `all` there is a list.
      resolve(error ? [] : (found as readonly LookupAddress[]).map(({ address }) => address))
    })
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
