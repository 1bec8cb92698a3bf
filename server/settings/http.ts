/** Where HTTP is served, and what requests and connections may take. */
import { readTrustedProxies, type TrustedProxies } from '../http/trusted-proxies.ts'
import { longestTimeoutMs, port, positive, type Setting, text } from './setting.ts'

/** Whether a browser would write it so: a trailing slash or the port 443 would never be met. */
function isOrigin(value: string): boolean {
  return value === '' || (URL.canParse(value) && new URL(value).origin === value)
}

export const httpSettings = {
  host: { ...text, flag: '--host', env: 'FLOWPOT_HOST', default: '127.0.0.1', about: 'Address to bind.' },
  port: { ...port, flag: '--port', env: 'FLOWPOT_PORT', default: 8080, about: 'Port of the endpoints.' },
  platformPort: {
    ...port,
    flag: '--platform-port',
    env: 'FLOWPOT_PLATFORM_PORT',
    default: 8090,
    about: 'Port of the REST API.',
  },
  platformHosts: {
    placeholder: 'names',
    flag: '--platform-hosts',
    env: 'FLOWPOT_PLATFORM_HOSTS',
    default: '',
    about:
      'Hosts that the REST API answers to besides localhost and the address that is bound, such as the name of a proxy.',
    parse: (value: string) => {
      const names = value.split(',').map((name) => name.trim())
      return names.every((name) => /^[a-z0-9]([\w.-]*[a-z0-9])?$/i.test(name)) ? names.join(',') : undefined
    },
    wanted: 'names of hosts, with commas between them',
  },
  platformOrigins: {
    placeholder: 'origins',
    flag: '--platform-origins',
    env: 'FLOWPOT_PLATFORM_ORIGINS',
    default: '',
    about:
      'Origins whose pages may call the REST API from browsers, such as `https://admin.example.com`. Without it, none may.',
    parse: (value: string) => {
      const origins = value.split(',').map((origin) => origin.trim())
      return origins.every((origin) => isOrigin(origin)) ? origins.join(',') : undefined
    },
    wanted: 'origins as browsers write them, in lower case and without a path, with commas between them',
  },
  bodyLimitBytes: {
    ...positive('bytes'),
    flag: '--body-limit-bytes',
    env: 'FLOWPOT_BODY_LIMIT_BYTES',
    default: 1024 * 1024,
    about: "How large a request's body may be; a larger one is answered with 413.",
  },
  maxPipelinedRequests: {
    ...positive('requests'),
    env: 'FLOWPOT_MAX_PIPELINED_REQUESTS',
    default: 64,
    about: 'How many requests of one HTTP connection may wait for their answers; a connection with more is ended.',
  },
  maxConnections: {
    ...positive('connections', 1_000_000),
    env: 'FLOWPOT_MAX_CONNECTIONS',
    default: 10_000,
    about: 'How many connections the HTTP listeners accept, each; further ones are dropped.',
  },
  connectionsPerAddress: {
    ...positive('connections', 1_000_000),
    env: 'FLOWPOT_CONNECTIONS_PER_ADDRESS',
    default: 1_000,
    about:
      'How many of them one address, or one IPv6 network, may have. Not counted if FLOWPOT_TRUST_PROXY trusts a proxy.',
  },
  unreadTimeoutMs: {
    ...positive('milliseconds', longestTimeoutMs / 2),
    env: 'FLOWPOT_UNREAD_TIMEOUT_MS',
    default: 30_000,
    about: 'A connection whose client reads nothing of a reply ends after this time, and before twice as long.',
  },
  maxBodyKeys: {
    ...positive('keys'),
    env: 'FLOWPOT_MAX_BODY_KEYS',
    default: 10_000,
    about: "How many different keys a request's body may have, and how many fields a form; past it 413.",
  },
  maxFormParts: {
    ...positive('parts'),
    env: 'FLOWPOT_MAX_FORM_PARTS',
    default: 1_000,
    about: 'How many parts a multipart form may have; past it 413.',
  },
  maxFormFiles: {
    ...positive('files'),
    env: 'FLOWPOT_MAX_FORM_FILES',
    default: 100,
    about: 'How many of the parts of a multipart form may be files; past it 413.',
  },
  maxCompressionRatio: {
    ...positive('times'),
    env: 'FLOWPOT_MAX_COMPRESSION_RATIO',
    default: 100,
    about:
      'How many times its size a compressed body may become, past 64 KB and below the limit of a body; past it 413.',
  },
  tokenInQuery: {
    placeholder: 'true|false',
    env: 'FLOWPOT_TOKEN_IN_QUERY',
    default: true,
    about:
      "Take a user's or device's token from the query parameter authorization too, which stays in histories and in the logs of proxies.",
    parse: (value: string) => (value === 'true' ? true : value === 'false' ? false : undefined),
    wanted: 'true or false',
  },
  trustProxy: {
    placeholder: 'proxies',
    env: 'FLOWPOT_TRUST_PROXY',
    default: 0,
    defaultText: 'false',
    about:
      'Believe X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host of the proxy in front (`true`), of so many proxies in a row (`2`), or of those in a list of networks (`10.0.0.0/8, 192.0.2.7`). For use behind a proxy only: with a number, whoever comes past it says who they are.',
    parse: readTrustedProxies,
    wanted: 'true, false, a number of proxies below 100, or a list of their addresses and networks',
  },
} satisfies Record<string, Setting<string> | Setting<number> | Setting<boolean> | Setting<TrustedProxies>>
