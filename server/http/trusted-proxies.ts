/** Decides which proxies' `x-forwarded-*` headers are trusted. */

import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import type { FastifyServerOptions } from 'fastify'

/**
 * How many proxies a request passes, or the networks that they are in. Each proxy appends the address of its client to `x-forwarded-for`,
 * so only the last entries can be trusted: the client may have sent the others.
 */
export type TrustedProxies = number | readonly string[]

/** `true` means one proxy. Returns `undefined` for text that is not valid. */
export function readTrustedProxies(text: string): TrustedProxies | undefined {
  if (text === 'true' || text === 'false') return text === 'true' ? 1 : 0
  if (/^\d{1,2}$/.test(text)) return Number(text)
  const networks = text.split(',').map((network) => network.trim())
  return networks.every(isNetwork) ? networks : undefined
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  if (bits === undefined) return longest > 0
  return rest.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= longest
}

/** In the form that Fastify takes. Fastify accepts no plain number, which would be unsafe without a proxy in front. */
export function toTrustProxy(proxies: TrustedProxies): NonNullable<FastifyServerOptions['trustProxy']> {
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : [...proxies]
}

/** Returns a function that finds the address of a request as Fastify would, for requests that Fastify does not handle. */
export function createAddressOf(proxies: TrustedProxies): (request: IncomingMessage) => string {
  const isTrusted =
    typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxyAddr.compile([...proxies])
  return (request) => (request.socket.remoteAddress === undefined ? '' : proxyAddr(request, isTrusted))
}
