/** Whose `x-forwarded-*` headers are believed. */

import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import type { FastifyServerOptions } from 'fastify'

/**
 * How many proxies a request passes, or the networks that they are in. Each proxy appends to `x-forwarded-for` whom it was
 * asked by, so only the last entries are theirs: what is left of them is whatever the client sent.
 */
export type TrustedProxies = number | readonly string[]

/** `true` is one proxy. `undefined` where the text does not fit. */
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

/** As Fastify takes it, which refuses to trust a mere number: there is one only where the listener is behind a proxy. */
export function toTrustProxy(proxies: TrustedProxies): NonNullable<FastifyServerOptions['trustProxy']> {
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : [...proxies]
}

/** Says where a request comes from that Fastify does not see, as Fastify would. */
export function createAddressOf(proxies: TrustedProxies): (request: IncomingMessage) => string {
  const isTrusted =
    typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxyAddr.compile([...proxies])
  return (request) => (request.socket.remoteAddress === undefined ? '' : proxyAddr(request, isTrusted))
}
