/** The connections of requests, direct or through a proxy. Guarded ones only go to public addresses. */
import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { ClientCertificate } from './client-certificate.ts'
import { addressForbidden } from './http-errors.ts'
import type { Proxies } from './proxies.ts'
import { isPublicAddress } from './public-addresses.ts'

export interface AgentOptions {
  /** Looks names up; by default as the system does. */
  readonly lookup?: LookupFunction
  readonly isPublic?: (address: string) => boolean
}

export interface AgentKind {
  readonly isGuarded: boolean
  readonly acceptsAnyCertificate: boolean
  /** The certificate for servers that ask for one. */
  readonly certificate?: ClientCertificate | undefined
}

export interface Agents {
  /** Connections are kept for later requests, but never shared between kinds. Rejects with `HTTP_ADDRESS_FORBIDDEN`. */
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
    // A host that is an address is not looked up, so it is checked here.
    if (isGuarded && isIP(options.hostname) !== 0 && !isPublic(options.hostname)) {
      callback(addressForbidden({ host: options.hostname }), null)
    } else connector(options, callback)
  }
  if (!proxies) return new Agent({ connect })
  // Only TLS goes through a tunnel, since most proxies refuse tunnels to other ports.
  return new EnvHttpProxyAgent({ ...proxies, connect, requestTls: tls, proxyTunnel: false })
}

/** Names that are never public: RFC 6761, RFC 6762, RFC 8375, and `internal`, which ICANN reserves for private networks. */
const privateName = /^[^.]*$|(^|\.)(localhost|local|internal|home\.arpa)$/

/**
 * A proxy looks names up itself, and connects to whatever it finds. So addresses that are not public, and names of such addresses, are
 * refused before the proxy is asked. A name that cannot be looked up here is left to the proxy, since behind many proxies no name can be,
 * unless it clearly belongs to a private network.
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
      // With `all` the result is a list.
      resolve(error ? [] : (found as readonly LookupAddress[]).map(({ address }) => address))
    })
  })
}

/**
 * Looks a name up, and refuses it if any of its addresses is not public. The socket connects to the addresses that this function
 * returns, so changing the name's address a moment later does not help an attacker.
 */
function lookupPublic(lookup: LookupFunction, isPublic: typeof isPublicAddress): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      // With `all` the result is a list.
      const addresses = found as readonly LookupAddress[]
      if (error) return callback(error, [])
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublic(address))) {
        return callback(addressForbidden({ host: hostname }), [])
      }
      if (options.all) return callback(null, [...addresses])
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
}
