/**
 * Takes secrets out of what is kept of a run. What stands under a key that names a secret goes, whatever it is called exactly, and so does
 * the same value wherever else it stands in the run, also within a text; and what looks like a token wherever it stands.
 */
import { isNameOfSecret, isSecretName, redacted, secretWords as words } from '../../engine/secret-names.ts'
import { Cut, isSnapshotMap, type Snapshot, setOwn } from './snapshot.ts'

/** `"password": "…"`, `token=…`. Each start is bounded, so that no text takes long. */
const assignment = new RegExp(
  `((?:${words})[\\w-]{0,40}["'\\\\]{0,4}\\s{0,5}[=:]\\s{0,5})(?!["'\\\\]{0,4}\\[redacted\\])(\\\\?"(?:[^"\\\\]|\\\\[^"])*\\\\?"|'[^']*'|[^\\s"'&,;}\\])<>]+)`,
  'gi',
)
/** `Authorization: Digest …`, `Cookie: a=b; c=d`: all of the line. */
const header =
  /((?:authori[sz]ation|cookie)["'\\]{0,4}\s{0,5}[=:](?![\s"'\\]{0,8}\[redacted\])\s{0,5}["'\\]{0,3})[^"'\\\r\n]+/gi
const bearer = /\b(Bearer\s{1,5})[\w.~+/-]{6,}=*/gi
const basic = /\b(Basic\s{1,5})(?=[A-Za-z+/]{0,200}[\d=])[\w+/-]{6,}=*/gi
const jsonWebToken = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g
const userInfo = /\/\/[^/\s:@]{0,256}:[^/\s@]{1,256}@/g

/** None of the patterns above is found without. */
const mayHoldToken = /[=:]|eyJ|bearer|basic/i

/** Shorter ones are found as a whole value alone, not within a text. */
const shortestWithinText = 4
/** So many are looked for within texts. */
const mostWithinText = 256

export interface Redactor {
  /** Learns the secrets in a value. All of a run is learned before any of it is redacted. */
  learn(value: Snapshot): void
  redact(value: Snapshot): Snapshot
  /** Whether anything was taken out. */
  readonly hasRedacted: boolean
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>()
  let pattern: RegExp | undefined
  /** Keys, IDs and the like come again and again. */
  const known = new Map<string, string>()
  let hasRedacted = false

  const add = (secret: string): void => {
    if (secret.length < 2 || secret === redacted || secrets.has(secret)) return
    secrets.add(secret)
    pattern = undefined
    known.clear()
  }

  const addSecret = (secret: string): void => {
    add(secret)
    if (secret.length < shortestWithinText || secret.includes(redacted)) return
    for (const part of partsOf(secret)) add(part)
    add(encodeURIComponent(Buffer.from(secret).toString()))
    const inJson = JSON.stringify(secret).slice(1, -1)
    add(inJson)
    add(JSON.stringify(inJson).slice(1, -1))
    add(Buffer.from(secret).toString('base64'))
  }

  const learn = (value: Snapshot, name: string | undefined): void => {
    if (typeof value === 'string' || typeof value === 'number' || value instanceof Cut) {
      if (name === undefined || !isSecretLeaf(name, value)) return
      if (value instanceof Cut) addSecret(value.kept)
      else if (typeof value === 'string') addSecret(value)
      else if (String(value).length >= shortestWithinText) add(String(value))
    } else if (Array.isArray(value)) {
      for (const item of value) learn(item, name)
    } else if (isSnapshotMap(value)) {
      for (const [key, item] of Object.entries(value)) learn(item, name ?? nameOf(value, key))
    }
  }

  const said = (text: string): string => {
    if (text === redacted) return text
    if (secrets.has(text)) return redacted
    let out = text
    pattern ??= patternOf(secrets)
    if (pattern) out = out.replace(pattern, redacted)
    if (!mayHoldToken.test(out)) return out
    if (/[=:]/.test(out)) {
      out = out.replace(header, `$1${redacted}`)
      out = out.replace(assignment, (_, before: string, value: string) => before + inQuotes(value))
      out = out.replace(userInfo, `//${redacted}@`)
    }
    return out.replace(jsonWebToken, redacted).replace(bearer, `$1${redacted}`).replace(basic, `$1${redacted}`)
  }

  const text = (value: string): string => {
    let out = known.get(value)
    if (out === undefined) {
      out = said(value)
      if (value.length < 100) known.set(value, out)
    }
    if (out !== value) hasRedacted = true
    return out
  }

  const leaf = (): string => {
    hasRedacted = true
    return redacted
  }

  const redact = (value: Snapshot, name: string | undefined): Snapshot => {
    if (typeof value === 'string') return name !== undefined && isSecretLeaf(name, value) ? leaf() : text(value)
    if (typeof value === 'number') {
      const isSecret = (name !== undefined && isSecretLeaf(name, value)) || secrets.has(String(value))
      return isSecret ? leaf() : value
    }
    if (value instanceof Cut) return name === undefined ? new Cut(text(value.kept), value.size) : leaf()
    if (value instanceof Uint8Array) return name === undefined && !holds(value, secrets) ? value : leaf()
    if (Array.isArray(value)) return value.map((item) => redact(item, name))
    if (!isSnapshotMap(value)) return value
    const copy: Record<string, Snapshot> = {}
    for (const [key, item] of Object.entries(value)) setOwn(copy, text(key), redact(item, name ?? nameOf(value, key)))
    return copy
  }

  return {
    learn: (value) => learn(value, undefined),
    redact: (value) => redact(value, undefined),
    get hasRedacted() {
      return hasRedacted
    },
  }
}

/** The name under which `key` holds a secret: its own, or that of `{ name: 'token', value: … }`. */
function nameOf(map: Readonly<Record<string, Snapshot>>, key: string): string | undefined {
  if (isSecretName(key)) return key
  if (key !== 'value' && key !== 'values') return undefined
  const name = Object.hasOwn(map, 'name') ? map.name : Object.hasOwn(map, 'key') ? map.key : undefined
  return typeof name === 'string' && isSecretName(name) ? name : undefined
}

/** `tokenTtlSeconds: 3600` is none, and nor is what is empty. */
function isSecretLeaf(name: string, value: string | number | Cut): boolean {
  return typeof value === 'number' ? isNameOfSecret(name) : value !== ''
}

/** `abc` of `Bearer abc`; the values of `a=b; c=d`. */
function partsOf(secret: string): string[] {
  const [, scheme] = /^\w+\s+(\S+)$/.exec(secret) ?? []
  const cookies = secret.includes('=') ? secret.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1)) : []
  return [...(scheme === undefined ? [] : [scheme]), ...cookies].filter((part) => part.length >= shortestWithinText)
}

function patternOf(secrets: ReadonlySet<string>): RegExp | undefined {
  const long = [...secrets]
    .filter(({ length }) => length >= shortestWithinText)
    .slice(0, mostWithinText)
    .sort((a, b) => b.length - a.length)
  if (long.length === 0) return undefined
  return new RegExp(long.map((secret) => secret.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|'), 'g')
}

function holds(bytes: Uint8Array, secrets: ReadonlySet<string>): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return [...secrets].some((secret) => secret.length >= shortestWithinText && buffer.includes(secret))
}

/** In the quotes that the value stood in. */
function inQuotes(value: string): string {
  const [quote = ''] = /^\\?["']/.exec(value) ?? []
  return `${quote}${redacted}${quote}`
}
