/**
 * Makes the HTTP requests of flows, with limits of time and size, and only to public addresses unless the application allows the
 * host.
 */
import type { HttpRequest, HttpResponse } from '../../engine/services.ts'
import { acceptedCodings } from '../content-coding.ts'
import { readAnswerBody } from './answer-body.ts'
import type { ClientCertificate } from './client-certificate.ts'
import { withDeadline } from './deadline.ts'
import type { AgentOptions, Agents } from './http-agents.ts'
import { answerTooLarge, httpError, timedOut, urlInvalid } from './http-errors.ts'
import { readProxies } from './proxies.ts'
import { type Hop, nextHop } from './redirects.ts'
import { defaultMaxBytes, type Sender } from './sender.ts'

export interface HttpClientOptions extends AgentOptions {
  /** Whether the application allows the URL's host even if its address is not public. Called for each request and redirect. */
  isAllowed(url: URL): boolean
  /** The certificate of a connection. Throws `CONNECTION_NOT_SET` or `CONNECTION_INVALID`. */
  certificateOf(connection: string): ClientCertificate
  /** The environment that may name proxies. Without it none are used. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** How large an answer's body may be once it is decompressed. */
  readonly maxBytes?: number
}

const maxRedirects = 20
/** A redirect's body up to this size is read, so that its connection can be used again. With a larger one the connection is ended. */
const maxDumpedBytes = 64 * 1024

export function createHttpClient(options: HttpClientOptions): Sender<'http'> {
  const { isAllowed, maxBytes = defaultMaxBytes, certificateOf, env = {} } = options
  let opened: Promise<{ readonly ask: typeof import('undici').request; readonly agents: Agents }> | undefined
  /** Loads undici only when it is needed, since most applications make no requests. */
  const open = async () => {
    const proxies = readProxies(env)
    const [{ request }, { createAgents }] = await Promise.all([import('undici'), import('./http-agents.ts')])
    return { ask: request, agents: createAgents({ ...options, proxies }) }
  }

  /** Makes one request. It does not use `fetch`, which refuses the ports that browsers block. */
  const ask = async (hop: Hop, { acceptsAnyCertificate }: HttpRequest, signal: AbortSignal) => {
    opened ??= open()
    const { ask, agents } = await opened
    const { url, method, headers, body, clientCertificate } = hop
    const certificate = clientCertificate === undefined ? undefined : certificateOf(clientCertificate)
    const dispatcher = await agents.of({ isGuarded: !isAllowed(url), acceptsAnyCertificate, certificate }, url)
    return ask(url, {
      // The node has checked the method.
      method: method as import('undici').Dispatcher.HttpMethod,
      headers: { ...defaultHeaders(hop), ...headers },
      body: body ?? null,
      signal,
      dispatcher,
    })
  }

  return {
    async send(request) {
      const { timeoutMs, followsRedirects, signal } = request
      let hop: Hop = { ...request, url: readUrl(request.url) }
      const cookies: string[] = []
      const follow = async (stop: AbortSignal): Promise<HttpResponse> => {
        for (let redirects = 0; ; redirects++) {
          const { statusCode: status, headers, body } = await ask(hop, request, stop)
          cookies.push(...[headers['set-cookie'] ?? []].flat())
          const next = followsRedirects ? nextHop(hop, status, first(headers.location)) : undefined
          if (!next) {
            const coding = hop.method === 'HEAD' ? '' : [headers['content-encoding'] ?? []].flat().join(',')
            const read = await readAnswerBody(body, coding, maxBytes)
            if (read === undefined) throw answerTooLarge({ host: hop.url.host, max: maxBytes })
            return { status, headers: readHeaders(headers, cookies), body: read }
          }
          await body.dump({ limit: maxDumpedBytes, signal: stop })
          if (redirects === maxRedirects) throw new Error(`it redirects more than ${maxRedirects} times`)
          hop = next
        }
      }
      const late = () => timedOut({ host: hop.url.host, seconds: timeoutMs / 1000 })
      const failed = (error: unknown) => httpError(error, hop.url.host)
      return withDeadline({ timeoutMs, signal, timedOut: late, failed }, follow)
    },
    async close() {
      // If opening failed, `send` has rejected with the reason.
      const { agents } = (await opened?.catch(() => undefined)) ?? {}
      await agents?.close()
    },
  }
}

/** Headers for requests whose flows do not set them. */
function defaultHeaders({ headers, body }: Hop): Readonly<Record<string, string>> {
  return {
    'user-agent': 'flowpot',
    accept: '*/*',
    // A part of a compressed body cannot be decompressed.
    'accept-encoding': headers.range === undefined ? acceptedCodings : 'identity',
    ...(typeof body === 'string' ? { 'content-type': 'text/plain;charset=UTF-8' } : {}),
  }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

/** Throws `HTTP_URL_INVALID` for a URL that no request can go to. */
export function readUrl(text: string): URL {
  const refused = (problem: string) => urlInvalid({ url: withoutSecretParts(text), problem })
  if (!URL.canParse(text)) throw refused('it is not a URL, such as https://api.example.com/plants')
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) throw refused('it begins with neither http:// nor https://')
  if (url.username !== '' || url.password !== '') throw refused('a user and a password belong in auth, not in the URL')
  return url
}

/** The URL as an error may show it, without its query, user and password, which may be secret. */
function withoutSecretParts(url: string): string {
  const [start = ''] = url.split(/[?#]/, 1)
  return start.replace(/^.*@/s, '…@').slice(0, 200)
}

/** `cookies` includes those that redirects have set. */
function readHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  cookies: readonly string[],
): HttpResponse['headers'] {
  const read = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')])
  // No key of this name may come onto a payload.
  const safe = read.filter(([name]) => name !== '__proto__')
  return { ...Object.fromEntries(safe), ...cookieHeader(cookies) }
}

function cookieHeader(cookies: readonly string[]): HttpResponse['headers'] {
  const [only] = cookies
  if (only === undefined) return {}
  return { 'set-cookie': cookies.length === 1 ? only : cookies }
}
