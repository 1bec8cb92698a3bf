/** Removes secrets from the path of a request before it is logged. A link to set a new password has its token in the path. */
import { parseRoute } from '../../engine/route.ts'
import { redacted, type SecretNames } from '../../engine/secret-names.ts'
import type { RouteMatch } from './route-table.ts'

/** Returns `url` without the values of path parameters whose names say that they are secrets. The log itself removes secrets from the query. */
export function loggablePath(url: string, path: string, match: RouteMatch | undefined, names: SecretNames): string {
  const shown = match === undefined ? withoutTokens(path) : withoutSecretParams(path, match, names)
  return shown === path ? url : `${shown}${url.includes('?') ? url.slice(url.indexOf('?')) : ''}`
}

function withoutSecretParams(path: string, { endpoint, params }: RouteMatch, names: SecretNames): string {
  for (const name in params) if (names.isSecretName(name)) return redactSegments(path, endpoint.spec.route, names)
  return path
}

function redactSegments(path: string, route: string, names: SecretNames): string {
  const segments = parseRoute(route)
  return path
    .split('/')
    .map((text, index) => {
      const segment = segments[index - 1] ?? (segments.at(-1)?.kind === 'tail' ? segments.at(-1) : undefined)
      const isSecret = segment !== undefined && segment.kind !== 'literal' && names.isSecretName(segment.text)
      return isSecret && text !== '' ? redacted : text
    })
    .join('/')
}

/** If no endpoint matches the request, nothing is known of its segments. Long ones with a digit in them may be tokens. */
function withoutTokens(path: string): string {
  return path.replace(/[^/]{16,}/g, (segment) => (/\d/.test(segment) ? redacted : segment))
}
