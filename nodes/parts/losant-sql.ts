/** Translates Losant's SqlNode: what its templates would insert into the query becomes a bound parameter. */
import type { RawConfig } from '../../engine/node.ts'
import { filled } from './losant-fields.ts'

/** Losant keeps the address and the password in the node, or in a credential; here they have a name. */
export function connectionNameOf(name: unknown, what: string): string {
  if (typeof name !== 'string' || name === '') throw new Error(`It has no ${what} to name its connection after.`)
  if (name.includes('{{')) throw new Error(`Its ${what} is a template, and a connection is named in application.yaml.`)
  return name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^(?![A-Za-z])/, 'c')
}

export function translateSql(config: RawConfig): RawConfig {
  const { systemTemplate, credentialNameTemplate, databaseTemplate, query = '', resultPath } = config
  const credential = credentialNameTemplate !== undefined && credentialNameTemplate !== ''
  const system = systemTemplate ?? (credential ? undefined : 'mssql')
  if (system !== undefined && system !== 'pg' && system !== 'mysql') {
    throw new Error(`A database of the kind ${system} has no counterpart.`)
  }
  const connection = credential
    ? connectionNameOf(credentialNameTemplate, 'credential')
    : connectionNameOf(databaseTemplate, 'database')
  const bound = bindTemplates(String(query), system)
  return {
    connection,
    query: bound.query,
    ...(bound.params.length > 0 ? { params: bound.params } : {}),
    ...filled({ result: resultPath }),
  }
}

interface Bound {
  readonly query: string
  readonly params: readonly string[]
}

/** A place for a value: after a comparison or `limit`, and in a list of values. */
const beforeValue =
  /(?:[=<>]|\b(?:limit|offset|i?like|between|between\s+\S+\s+and)|\bin\s*\([^()]*|\bvalues\s*(?:\([^()]*\)\s*,\s*)*\([^()]*)\s*$/i

/** A comment, a quoted name, a quoted string, or a template. */
const parts = /--[^\n]*|\/\*.*?\*\/|"[^"]*"|`[^`]*`|'(?:[^']|'')*'|\{\{.*?\}\}\}?/gs

/** A string that contains templates is bound as a whole; a bare template is bound where only a value can be. Throws for any other. */
function bindTemplates(text: string, system: 'pg' | 'mysql' | undefined): Bound {
  const params: string[] = []
  let query = ''
  let end = 0
  for (const match of text.matchAll(parts)) {
    const [part] = match
    query += text.slice(end, match.index)
    end = match.index + part.length
    if (!part.includes('{{')) {
      query += part
      continue
    }
    params.push(boundTemplate(part, query, system))
    query += system === 'pg' ? `$${params.length}` : '?'
  }
  return { query: query + text.slice(end), params }
}

function boundTemplate(part: string, before: string, system: 'pg' | 'mysql' | undefined): string {
  const refused = (why: string) => new Error(`In its query, ${part} cannot be bound as a value: ${why}.`)
  if (system === undefined) throw refused('the credential does not say whether its database takes $1 or ?')
  if (/\{\{\{?\s*[#/^&!>]|\{\{\{?\s*else\b/.test(part)) throw refused('it is a block')
  if (part.startsWith("'")) {
    if (system === 'mysql' && part.includes('\\')) throw refused('the text is written with escapes')
    if (/\b(?:[a-z]|u&|interval|date|time|timestamp|timestamptz)\s*$/i.test(before)) {
      throw refused('the word before the text says how to read it')
    }
    return part.slice(1, -1).replaceAll("''", "'")
  }
  if (!part.startsWith('{{')) throw refused('it is in a name or in a comment')
  if (!beforeValue.test(before)) throw refused('it could become a name, an operator or another part of the query')
  return part
}
