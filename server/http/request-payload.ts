/** Builds what a flow reads of its request: Losant's endpoint payload. */
import { isUtf8 } from 'node:buffer'
import type { FastifyRequest } from 'fastify'
import { type FileBytes, fileBytes } from '../../engine/values/file-bytes.ts'
import type { Caller } from './authorise.ts'
import { cookiesOf } from './cookies.ts'
import { plainRecord } from './plain-record.ts'
import type { Endpoint, RouteMatch } from './route-table.ts'

/** The path of a request's URL, as it was sent. */
export function pathOf(url: string): string {
  // A client may send the whole URL, as it would to a proxy (RFC 9112, 3.2.2).
  const target = url.startsWith('/') ? url : url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const query = target.indexOf('?')
  const fragment = target.indexOf('#')
  if (query === -1 && fragment === -1) return target === '' ? '/' : target
  const end = query === -1 || (fragment !== -1 && fragment < query) ? fragment : query
  return end === 0 ? '/' : target.slice(0, end)
}

export function requestData(request: FastifyRequest, match: RouteMatch, path: string): Record<string, unknown> {
  return {
    body: request.body ?? null,
    cookies: cookiesOf(request),
    headers: headersOf(request),
    // For the flow, a HEAD is a GET.
    method: match.endpoint.spec.method.toLowerCase(),
    path,
    params: match.params,
    query: path === request.raw.url ? {} : plainRecord(request.query),
    replyId: `${match.endpoint.id}.${request.id}`,
    ...(match.endpoint.spec.rawBody ? asSent(request) : undefined),
  }
}

/** The body and URL as they were sent, over which signatures are computed. A body that is not text has the form of a file. */
export function asSent(request: FastifyRequest): { readonly rawBody: string | FileBytes; readonly url: string } {
  const { bodyBytes: bytes, raw } = request
  const url = raw.url ?? '/'
  if (bytes === null) return { rawBody: '', url }
  const contentType = request.headers['content-type'] ?? 'application/octet-stream'
  return { rawBody: isUtf8(bytes) ? bytes.toString('utf8') : fileBytes(bytes, contentType), url }
}

/** Changes Node's own object, since nobody reads it after the flow and copying it took 5 % of a request. */
function headersOf(request: FastifyRequest): FastifyRequest['headers'] {
  const { headers, host, ip, protocol } = request
  headers.host = host
  // Fastify has read these two from the headers only if a trusted proxy has set them. A client could claim anything.
  headers['x-forwarded-for'] = ip
  headers['x-forwarded-proto'] = protocol
  return headers
}

export function experienceOf(endpoint: Endpoint, caller: Caller, applicationId: string): Record<string, unknown> {
  return {
    user: caller.user,
    device: caller.device,
    authInfo: caller.authInfo,
    endpoint: endpointRecord(endpoint, applicationId),
    version: 'develop',
  }
}

/** Makes a new object for each run, since the run may change it. */
function endpointRecord(endpoint: Endpoint, applicationId: string): Record<string, unknown> {
  const { method, route, access, enabled, description } = endpoint.spec
  return {
    id: endpoint.id,
    experienceEndpointId: endpoint.id,
    applicationId,
    method: method.toLowerCase(),
    route,
    access: typeof access === 'string' ? access : 'group',
    experienceGroups: typeof access === 'string' ? [] : access.groups.map((name) => ({ name })),
    enabled,
    description: description ?? '',
  }
}

export const nobody = '000000000000000000000000'

/** On whose behalf the run is started, in Losant's terms. */
export function relayOf(caller: Caller): { relayId: string; relayType: string } {
  if (caller.user !== null) return { relayId: caller.user.id, relayType: 'experienceUser' }
  if (caller.device !== null) return { relayId: caller.device.id, relayType: 'device' }
  return { relayId: nobody, relayType: 'public' }
}
