/** Reads the proxies that the environment names, as curl and most clients do. */
import { defineError } from '../../contracts/errors.ts'

export const proxyInvalid = defineError<{ variable: string }>(
  'HTTP_PROXY_INVALID',
  500,
  ({ variable }) =>
    `The environment variable ${variable} is not the URL of an HTTP proxy, such as http://proxy.example:3128.`,
)

export interface Proxies {
  /** Proxies for requests to `http:` and to `https:` URLs. Empty if none is named. */
  readonly httpProxy: string
  readonly httpsProxy: string
  /** Hosts that are reached without a proxy: names, which include their subdomains, with or without a port, or `*`. */
  readonly noProxy: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Returns `undefined` if no proxy is named. Throws `HTTP_PROXY_INVALID`, which shows nothing of the URL. */
export function readProxies(env: Environment): Proxies | undefined {
  const httpProxy = readProxy(env, 'http_proxy')
  const httpsProxy = readProxy(env, 'https_proxy')
  if (httpProxy === '' && httpsProxy === '') return undefined
  return { httpProxy, httpsProxy, noProxy: env.no_proxy || env.NO_PROXY || '' }
}

/** The variable in lower case takes precedence. A proxy without a scheme is used by HTTP. */
function readProxy(env: Environment, lowerCase: string): string {
  const variable = env[lowerCase] ? lowerCase : lowerCase.toUpperCase()
  const text = env[variable]?.trim() ?? ''
  if (text === '') return ''
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw proxyInvalid({ variable })
  return url
}
