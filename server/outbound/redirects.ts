/** Where a redirect leads, and what of the request goes along: https://fetch.spec.whatwg.org/#http-redirect-fetch, but for other hosts. */
import type { HttpRequest } from '../../engine/services.ts'

/** One request on the way to the answer. */
export interface Hop extends Pick<HttpRequest, 'method' | 'headers' | 'body' | 'clientCertificate'> {
  readonly url: URL
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Headers that say something of a body, and go where it goes. */
const bodyHeader = /^content-(encoding|language|location|type)$/

/** `undefined` where the answer is no redirect. Throws an `Error` that says why nothing can follow one. */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!redirectStatuses.has(status) || location === undefined) return undefined
  const url = readLocation(location, hop.url)
  const becomesGet = status === 303 ? !/^(GET|HEAD)$/.test(hop.method) : status < 303 && hop.method === 'POST'
  const next = becomesGet ? { ...withoutBody(hop), method: 'GET', url } : { ...hop, url }
  // Headers such as x-api-key, bodies and certificates are for whom the flow named, and for nobody whom that one names.
  return isSameParty(hop.url, url) ? next : { method: next.method, headers: {}, url }
}

function readLocation(location: string, base: URL): URL {
  // Header values come byte by byte, and URLs are UTF-8.
  const text = Buffer.from(location, 'latin1').toString()
  if (!URL.canParse(text, base.href)) throw new Error('it redirects to what is no URL')
  const url = new URL(text, base)
  if (!/^https?:$/.test(url.protocol)) throw new Error('it redirects to what begins with neither http:// nor https://')
  if (url.username !== '' || url.password !== '') throw new Error('it redirects to a URL with a user in it')
  return url
}

function withoutBody({ body: _, headers, ...hop }: Hop): Hop {
  return { ...hop, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !bodyHeader.test(name))) }
}

/** The same origin, or the same host once it asks for TLS, as most do that are asked without. */
function isSameParty(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:'
  return isUpgrade && from.hostname === to.hostname && from.port === '' && to.port === ''
}
