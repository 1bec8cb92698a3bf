import { plainHost } from '../../platform/auth/network.ts'

/** Whether an application allows a host: `http: { allow: [ "127.0.0.1:9000", "internal.example" ] }`. */

/** An entry without a port allows all ports of the host. Names are compared as they are in the URL, without looking up their addresses. */
export function isAllowedHost({ protocol, hostname, port }: URL, allowed: readonly string[]): boolean {
  const asked = port || (protocol === 'https:' ? '443' : '80')
  return allowed.some((entry) => {
    const [, host = '', allowedPort] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []
    return isSameHost(host, hostname) && (allowedPort === undefined || Number(allowedPort) === Number(asked))
  })
}

/** The URL's own way of writing a host is one for all: lower case, `127.0.0.1` for `127.1`. An IPv4 address within IPv6 is that address. */
function isSameHost(entry: string, hostname: string): boolean {
  const url = `http://${entry}`
  return URL.canParse(url) && plainHost(new URL(url).hostname) === plainHost(hostname)
}
