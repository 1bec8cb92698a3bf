/**
 * Makes the HTTP requests of flows: within a time, up to a size, and to public addresses alone unless the application
 * allows the host.
 */
import type { HttpRequest, HttpResponse } from '../../engine/services.ts'
import type { AgentOptions, Agents } from './http-agents.ts'
import { answerTooLarge, httpError, timedOut, urlInvalid } from './http-errors.ts'

export interface HttpClientOptions extends AgentOptions {
  /** Whether the application allows the URL's host, whatever its address. Asked for each request and redirect. */
  isAllowed(url: URL): boolean
  /** How large an answer's body may be once it is decompressed. */
  readonly maxBytes?: number
}

export interface HttpClient {
  /** Rejects with a `FlowpotError` whose code begins with `HTTP_`, or with the signal's reason. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>
  close(): Promise<void>
}

const fiveMegabytes = 5 * 1024 * 1024

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { isAllowed, maxBytes = fiveMegabytes } = options
  let opened: Promise<{ readonly fetch: typeof import('undici').fetch; readonly agents: Agents }> | undefined
  /** Most applications make no requests, and need not hold what does. */
  const open = async () => {
    const [{ fetch }, { createAgents }] = await Promise.all([import('undici'), import('./http-agents.ts')])
    return { fetch, agents: createAgents(options) }
  }

  return {
    async send(request) {
      const url = readUrl(request.url)
      const { method, headers, body, timeoutMs, acceptsAnyCertificate, followsRedirects, signal } = request
      opened ??= open()
      const { fetch, agents } = await opened
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), timeoutMs)
      let { host } = url
      // Every request on the way, redirects included, comes through here.
      const dispatcher = agents.of({ isGuarded: true, acceptsAnyCertificate }).compose(() => (hop, handler) => {
        const target = new URL(String(hop.origin))
        host = target.host
        return agents.of({ isGuarded: !isAllowed(target), acceptsAnyCertificate }).dispatch(hop, handler)
      })
      try {
        const response = await fetch(url, {
          method,
          headers: { 'user-agent': 'flowpot', ...headers },
          ...(body === undefined ? {} : { body }),
          redirect: followsRedirects ? 'follow' : 'manual',
          signal: AbortSignal.any([signal, deadline.signal]),
          dispatcher,
        })
        const read = await readBody(response.body ?? [], maxBytes)
        if (read === undefined) throw answerTooLarge({ host, max: maxBytes })
        return { status: response.status, headers: readHeaders(response.headers), body: read }
      } catch (error) {
        signal.throwIfAborted()
        if (deadline.signal.aborted) throw timedOut({ host, seconds: timeoutMs / 1000 }, { cause: error })
        throw httpError(error, host)
      } finally {
        clearTimeout(timer)
      }
    },
    async close() {
      await (await opened)?.agents.close()
    },
  }
}

/** Throws `HTTP_URL_INVALID` where no request can go there. */
export function readUrl(text: string): URL {
  const refused = (problem: string) => urlInvalid({ url: withoutSecretParts(text), problem })
  if (!URL.canParse(text)) throw refused('it is no URL, such as https://api.example.com/plants')
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) throw refused('it begins with neither http:// nor https://')
  if (url.username !== '' || url.password !== '') throw refused('a user and a password belong in auth, not in the URL')
  return url
}

/** What a URL that is refused may be shown as: its query, a user or a password may be what nobody is to read. */
function withoutSecretParts(url: string): string {
  const [start = ''] = url.split(/[?#]/, 1)
  return start.replace(/^.*@/s, '…@').slice(0, 200)
}

/** `undefined` where it is larger; the rest is then not read. */
async function readBody(stream: AsyncIterable<Uint8Array> | [], maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function readHeaders(headers: import('undici').Headers): HttpResponse['headers'] {
  const cookies = headers.getSetCookie()
  return { ...Object.fromEntries(headers), ...(cookies.length > 1 ? { 'set-cookie': cookies } : {}) }
}
