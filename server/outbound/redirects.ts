/** Follows redirects as https://fetch.spec.whatwg.org/#http-redirect-fetch says, but sends less to other hosts. */
import type { HttpRequest } from '../../engine/services.ts'

/** One request of a chain of redirects. */
export interface Hop extends Pick<HttpRequest, 'method' | 'headers' | 'body' | 'clientCertificate'> {
  readonly url: URL
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Headers that describe the body, and are removed with it. */
const bodyHeader = /^content-(encoding|language|location|type)$/

/** Returns `undefined` if the answer is not a redirect. Throws an `Error` that says why the redirect cannot be followed. */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!redirectStatuses.has(status) || location === undefined) return undefined
  const url = readLocation(location, hop.url)
  const becomesGet = status === 303 ? !/^(GET|HEAD)$/.test(hop.method) : status < 303 && hop.method === 'POST'
  const next = becomesGet ? { ...withoutBody(hop), method: 'GET', url } : { ...hop, url }
  // Headers such as x-api-key, bodies and certificates are only for the host that the flow names, not for hosts that it redirects to.
  return isSameParty(hop.url, url) ? next : { method: next.method, headers: {}, url }
}

function readLocation(location: string, base: URL): URL {
  // Node reads header values as Latin-1, and URLs are UTF-8.
  const text = Buffer.from(location, 'latin1').toString()
  if (!URL.canParse(text, base.href)) throw new Error('it redirects to something that is not a URL')
  const url = new URL(text, base)
  if (!/^https?:$/.test(url.protocol))
    throw new Error('it redirects to a URL that begins with neither http:// nor https://')
  if (url.username !== '' || url.password !== '') throw new Error('it redirects to a URL with a user in it')
  return url
}

function withoutBody({ body: _, headers, ...hop }: Hop): Hop {
  return { ...hop, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !bodyHeader.test(name))) }
}

/** The same origin, or the same host that redirects from HTTP to HTTPS, as most hosts do. */
function isSameParty(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  const isUpgrade = from.protocol === 'http:' && to.protocol === 'https:'
  return isUpgrade && from.hostname === to.hostname && from.port === '' && to.port === ''
}
