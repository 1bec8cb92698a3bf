/** Where HTTP is served, and what requests and connections may take. */
import { readTrustedProxies } from '../http/trusted-proxies.ts'
import { type Declarations, longestTimeoutMs, port, positive, text } from './setting.ts'

/** Whether a browser would write the origin like this. One with a trailing slash or the port 443 would never match. */
function isOrigin(value: string): boolean {
  return value === '' || (URL.canParse(value) && new URL(value).origin === value)
}

export const httpSettings = {
  host: { ...text('address', '127.0.0.1'), isOption: true, about: 'Address to bind.' },
  port: { ...port(8080), isOption: true, about: 'Port of the endpoints.' },
  platformPort: {
    ...port(8090),
    isOption: true,
    about: 'Port of the REST API.',
  },
  platformHosts: {
    placeholder: 'names',
    isOption: true,
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
    isOption: true,
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
    ...positive('bytes', 1024 * 1024),
    isOption: true,
    about: "How large a request's body may be; a larger one is answered with 413.",
  },
  maxPipelinedRequests: {
    ...positive('requests', 64),
    about: 'How many requests of one HTTP connection may wait for their answers; a connection with more is ended.',
  },
  maxConnections: {
    ...positive('connections', 10_000, 1_000_000),
    about: 'How many connections each HTTP listener accepts. Further ones are dropped.',
  },
  connectionsPerAddress: {
    ...positive('connections', 1_000, 1_000_000),
    about:
      'How many HTTP connections one address, or one IPv6 network, may have. It does not apply if FLOWPOT_TRUST_PROXY trusts a proxy.',
  },
  unreadTimeoutMs: {
    ...positive('milliseconds', 30_000, longestTimeoutMs / 2),
    about: 'How long a client may leave a reply unread. Its connection ends after this time, and before twice as long.',
  },
  maxBodyKeys: {
    ...positive('keys', 10_000),
    about:
      "How many different keys a request's body may have, and how many fields a form. One with more is answered with 413.",
  },
  maxFormParts: {
    ...positive('parts', 1_000),
    about: 'How many parts a multipart form may have. One with more is answered with 413.',
  },
  maxFormFiles: {
    ...positive('files', 100),
    about: 'How many of the parts of a multipart form may be files. One with more is answered with 413.',
  },
  maxCompressionRatio: {
    ...positive('times', 100),
    about:
      'By how many times a compressed body may grow when it is decompressed; one that grows more, and beyond 64 KB, is answered with 413.',
  },
  tokenInQuery: {
    placeholder: 'true|false',
    default: true,
    about:
      'Whether the token of a user or device may also come in the query parameter authorization, which stays in browser histories and in the logs of proxies.',
    parse: (value: string) => (value === 'true' ? true : value === 'false' ? false : undefined),
    wanted: 'true or false',
  },
  trustProxy: {
    placeholder: 'proxies',
    default: 0,
    defaultText: 'false',
    about:
      'Believe X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host of the proxy in front (`true`), of that many proxies in a row (`2`), or of those in a list of networks (`10.0.0.0/8, 192.0.2.7`). Use it only behind a proxy: with a number, a client that bypasses the proxy can claim any address.',
    parse: readTrustedProxies,
    wanted: 'true, false, a number of proxies below 100, or a list of their addresses and networks',
  },
} satisfies Declarations
