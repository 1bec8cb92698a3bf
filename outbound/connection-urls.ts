/** Where the databases of flows are. `application.yaml` names environment variables, and these have the URLs: no flow has a password in it. */
import type { ApplicationSettings } from '../engine/application.ts'
import { defineError } from '../errors.ts'

export const connectionNotSet = defineError<{ connection: string; env: string }>(
  'CONNECTION_NOT_SET',
  500,
  ({ connection, env }) => `The connection ${connection} has no URL: the environment variable ${env} is not set.`,
)
export const connectionInvalid = defineError<{ connection: string; problem: string }>(
  'CONNECTION_INVALID',
  500,
  ({ connection, problem }) => `The connection ${connection} cannot be used: ${problem}.`,
)

/**
 * The URL of a connection, which begins with one of these schemes (`postgres:`). Throws `CONNECTION_NOT_SET` or
 * `CONNECTION_INVALID`, whose messages show nothing of the URL.
 */
export type UrlOf = (connection: string, schemes: readonly string[]) => URL

export interface UrlOptions {
  /** Of the application that serves at that moment. */
  connections(): ApplicationSettings['connections']
  readonly env: Readonly<Record<string, string | undefined>>
}

export function createUrlOf({ connections, env }: UrlOptions): UrlOf {
  return (connection, schemes) => {
    const known = connections()
    const named = Object.hasOwn(known, connection) ? known[connection] : undefined
    if (!named) throw connectionInvalid({ connection, problem: 'application.yaml does not name it' })
    const text = env[named.env]
    if (!text) throw connectionNotSet({ connection, env: named.env })
    const refused = (problem: string) => connectionInvalid({ connection, problem: `${named.env} ${problem}` })
    if (!URL.canParse(text)) throw refused('is no URL')
    const url = new URL(text)
    if (!isEncoded(url)) throw refused('has a % in it that is not written as %25')
    if (schemes.includes(url.protocol) && url.hostname !== '') return url
    throw refused(`begins with none of ${schemes.map((scheme) => `${scheme}//host`).join(', ')}`)
  }
}

function isEncoded({ href }: URL): boolean {
  try {
    decodeURIComponent(href)
    return true
  } catch {
    return false
  }
}
