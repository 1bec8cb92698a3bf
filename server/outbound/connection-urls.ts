/** Finds the databases of flows. `application.yaml` names environment variables that hold the URLs, so that no password is in a flow. */

import { defineError } from '../../contracts/errors.ts'
import type { ApplicationSettings } from '../../engine/application.ts'

export const connectionNotSet = defineError<{ connection: string; env: string }>(
  'CONNECTION_NOT_SET',
  500,
  ({ connection, env }) => `The connection ${connection} has no value: the environment variable ${env} is not set.`,
)
export const connectionInvalid = defineError<{ connection: string; problem: string }>(
  'CONNECTION_INVALID',
  500,
  ({ connection, problem }) => `The connection ${connection} cannot be used: ${problem}.`,
)

/**
 * Returns the URL of a connection, which begins with one of the schemes (`postgres:`). Throws `CONNECTION_NOT_SET` or
 * `CONNECTION_INVALID`, whose messages show nothing of the URL.
 */
export type UrlOf = (connection: string, schemes: readonly string[]) => URL

export interface UrlOptions {
  /** The connections of the application that is being served. */
  connections(): ApplicationSettings['connections']
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Returns the URL of a connection as it is written, since it may name several hosts, which a `URL` cannot (`mongodb://a:1,b:2/name`).
 * Throws as `UrlOf` does.
 */
export type AddressOf = (connection: string, schemes: readonly string[]) => string

export function createUrlOf(options: UrlOptions): UrlOf {
  return (connection, schemes) => {
    const { text, refused } = readVariable(options, connection)
    return readUrl(text, schemes, refused)
  }
}

export function createAddressOf(options: UrlOptions): AddressOf {
  return (connection, schemes) => {
    const { text, refused } = readVariable(options, connection)
    readUrl(text.replace(otherHosts, '$1'), schemes, refused)
    return text
  }
}

/** Matches the URL up to its first host, as `$1`, and the other hosts. */
const otherHosts = /^([^:/]+:\/\/(?:[^@/?]*@)?[^,/?]*)(?:,[^,/?]*)+/

/** Returns the value of a connection's environment variable. Throws as `UrlOf` does. */
export type VariableOf = (connection: string) => { readonly text: string; readonly env: string }

export function createVariableOf(options: UrlOptions): VariableOf {
  return (connection) => readVariable(options, connection)
}

type Refused = (problem: string) => Error

function readVariable(
  { connections, env }: UrlOptions,
  connection: string,
): { text: string; env: string; refused: Refused } {
  const known = connections()
  const named = Object.hasOwn(known, connection) ? known[connection] : undefined
  if (!named) throw connectionInvalid({ connection, problem: 'application.yaml does not name it' })
  const text = env[named.env]
  if (!text) throw connectionNotSet({ connection, env: named.env })
  return {
    text,
    env: named.env,
    refused: (problem) => connectionInvalid({ connection, problem: `${named.env} ${problem}` }),
  }
}

function readUrl(text: string, schemes: readonly string[], refused: Refused): URL {
  if (!URL.canParse(text)) throw refused('is not a URL')
  const url = new URL(text)
  if (!isEncoded(url)) throw refused('has a % in it that is not written as %25')
  if (schemes.includes(url.protocol) && url.hostname !== '') return url
  throw refused(`begins with none of ${schemes.map((scheme) => `${scheme}//host`).join(', ')}`)
}

function isEncoded({ href }: URL): boolean {
  try {
    decodeURIComponent(href)
    return true
  } catch {
    return false
  }
}
