/**
 * Answers only to hosts that are known. A page whose name is pointed at this machine after it was loaded (DNS rebinding) is of the same origin as
 * the REST API in its browser's eyes, but its requests still name the host that it was loaded from.
 */
import type { FastifyInstance } from 'fastify'
import { defineError } from '../../contracts/errors.ts'
import { plainHost } from '../../platform/auth/network.ts'

const unknownHost = defineError<{ host: string; setting: string }>(
  'HTTP_UNKNOWN_HOST',
  421,
  ({ host, setting }) =>
    `The REST API does not answer to the host "${host}". If that is one of its names, add it to ${setting}.`,
)

export interface KnownHosts {
  /** The address that is bound. */
  readonly bound: string
  /** Further names. */
  readonly names: readonly string[]
  /** What a stranger is told to set. */
  readonly setting: string
}

/** `localhost`, addresses of the loopback interface and what is bound are known; where all interfaces are bound, every address is. */
export function requireKnownHost(app: FastifyInstance, { bound, names, setting }: KnownHosts, open: readonly string[]) {
  const known = new Set(['localhost', '[::1]', ...[bound, ...names].map((name) => hostnameOf(plainHost(name)))])
  const isAnyAddressBound = bound === '0.0.0.0' || bound === '::'
  const isKnown = (name: string | undefined) =>
    name !== undefined && (known.has(name) || (isAddress(name) && (isAnyAddressBound || name.startsWith('127.'))))
  app.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.raw.headers
    // Only HTTP/1.0 may come without one, and no browser speaks that.
    const isAnswered = host === undefined || isKnown(hostnameOf(host)) || open.includes(request.routeOptions.url ?? '')
    if (isAnswered) done()
    // The body is not read, so nothing else may come on the connection.
    else done(unknownHost({ host: host.slice(0, 255), setting }, { headers: { connection: 'close' } }))
  })
}

/** The name in a `Host` header, without its port and as a browser would write it, but for an IPv4 address within IPv6. */
export function hostnameOf(header: string): string | undefined {
  if (!/^[\w.:[\]-]+$/.test(header) || !URL.canParse(`http://${header}`)) return undefined
  return plainHost(new URL(`http://${header}`).hostname.replace(/\.$/, ''))
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname)
}
