/**
 * Removes secrets from what is kept of a run: values under keys that name secrets, the same values wherever else they are in the run, even
 * within a text, and anything that looks like a token.
 */
import { redacted, type SecretNames } from '../../engine/secret-names.ts'
import { redactText } from './redact-text.ts'
import { Cut, cutMark, isSnapshotMap, type Snapshot, type SnapshotMap, setOwn } from './snapshot.ts'
import { createTextSearch, type TextSearch } from './text-search.ts'

/** Shorter secrets are only found if they are a whole value, not within a text. */
const shortestWithinText = 4

/** Text that is written the same in a URL and in JSON. */
const isPlain = /^[\w.~-]*$/

/** How much work one run may take: the number of characters that are learned, searched for and searched. Only hostile runs come near it. */
const stepsOfRun = 1_000_000
/** The work of each text, and of each secret with its other spellings, besides their characters. */
const stepsOfText = 4
const stepsOfSecret = 64

export interface Redactor {
  /** Learns the secrets in a value. A whole run is learned before any of it is redacted. */
  learn(value: Snapshot): void
  /** Once the steps are spent, `Cut` replaces whatever is left, so that nothing is shown that was not searched. */
  redact(value: Snapshot): Snapshot
  /** Whether anything was removed. */
  readonly hasRedacted: boolean
  /** Whether anything was left out because the steps were spent. */
  readonly isCut: boolean
}

export function createRedactor(names: SecretNames, steps = stepsOfRun): Redactor {
  /** The secrets as they were under their names. */
  const learned = new Set<string>()
  /** The secrets, parts of them, and other ways of writing them. */
  const secrets = new Set<string>()
  let left = steps
  let search: TextSearch | undefined
  /** Texts that were redacted already, since keys and IDs recur. */
  const known = new Map<string, string>()
  let hasRedacted = false
  let isCut = false

  const spend = (count: number): boolean => {
    left -= count
    return left >= 0
  }

  const cut = (): Cut => {
    isCut = true
    return new Cut()
  }

  const add = (secret: string): void => {
    if (secret.length < 2 || secret === redacted || secrets.has(secret) || !spend(secret.length + stepsOfSecret)) return
    secrets.add(secret)
    if (!search) return
    search = undefined
    known.clear()
  }

  /** `undefined` if too few steps are left. */
  const searchSecrets = (): TextSearch | undefined => {
    if (search) return search
    const long = [...secrets].filter(({ length }) => length >= shortestWithinText)
    if (!spend(long.reduce((sum, { length }) => sum + length, 0))) return undefined
    search = createTextSearch(long)
    return search
  }

  const addSecret = (secret: string): void => {
    if (left < 0 || learned.has(secret)) return
    learned.add(secret)
    add(secret)
    if (secret.length < shortestWithinText || secret.includes(redacted)) return
    add(Buffer.from(secret).toString('base64'))
    if (isPlain.test(secret)) return
    for (const part of partsOf(secret)) add(part)
    add(encodeURIComponent(Buffer.from(secret).toString()))
    const inJson = JSON.stringify(secret).slice(1, -1)
    add(inJson)
    add(JSON.stringify(inJson).slice(1, -1))
  }

  for (const value of names.values) addSecret(value)

  /** The name under which `key` holds a secret: its own, or that of `{ name: 'token', value: … }`. */
  const nameOf = (map: SnapshotMap, key: string): string | undefined => {
    if (names.isSecretName(key)) return key
    if (key !== 'value' && key !== 'values') return undefined
    const name = Object.hasOwn(map, 'name') ? map.name : Object.hasOwn(map, 'key') ? map.key : undefined
    return typeof name === 'string' && names.isSecretName(name) ? name : undefined
  }

  /** The name, if it also makes what a map under it holds a secret. */
  const outerName = (name: string | undefined): string | undefined =>
    name === undefined || names.isNameOfText(name) ? undefined : name

  /** `tokenTtlSeconds: 3600` is not a secret, and nothing empty is. */
  const isSecretLeaf = (name: string, value: string | number | Cut): boolean =>
    typeof value === 'number' ? names.isNameOfSecret(name) : value !== ''

  const learn = (value: Snapshot, name: string | undefined): void => {
    if (typeof value === 'string' || typeof value === 'number' || value instanceof Cut) {
      if (name === undefined || !isSecretLeaf(name, value)) return
      if (value instanceof Cut) addSecret(value.kept)
      else if (typeof value === 'string') addSecret(value)
      else if (String(value).length >= shortestWithinText) add(String(value))
    } else if (Array.isArray(value)) {
      for (const item of value) learn(item, name)
    } else if (isSnapshotMap(value)) {
      const outer = outerName(name)
      for (const [key, item] of Object.entries(value)) learn(item, outer ?? nameOf(value, key))
    }
  }

  const said = (text: string): string | undefined => {
    if (text === redacted) return text
    if (secrets.has(text)) return redacted
    const search = searchSecrets()
    if (!search) return undefined
    const found = search.replaceIn(text, redacted)
    // A client may encode more of a path than anybody needs to.
    const decoded = decodeUrl(found)
    return redactText(search.isIn(decoded) ? search.replaceIn(decoded, redacted) : found, names)
  }

  const text = (value: string): string | undefined => {
    if (!spend(value.length + stepsOfText)) return undefined
    let out = known.get(value)
    if (out === undefined) {
      out = said(value)
      if (out !== undefined && value.length < 100) known.set(value, out)
    }
    if (out !== undefined && out !== value) hasRedacted = true
    return out
  }

  /** Where a text was cut, a secret may have been cut in two. */
  const cutText = ({ kept, size }: Cut): Cut => {
    const begun = searchSecrets()?.begunAtEnd(kept) ?? 0
    const said = text(begun < shortestWithinText ? kept : kept.slice(0, -begun))
    return said === undefined ? cut() : new Cut(said, size)
  }

  const leaf = (): string => {
    hasRedacted = true
    return redacted
  }

  const redact = (value: Snapshot, name: string | undefined): Snapshot => {
    if (left < 0) return cut()
    if (typeof value === 'string') {
      return name !== undefined && isSecretLeaf(name, value) ? leaf() : (text(value) ?? cut())
    }
    if (typeof value === 'number') {
      const isSecret = (name !== undefined && isSecretLeaf(name, value)) || secrets.has(String(value))
      return isSecret ? leaf() : value
    }
    if (value instanceof Cut) return name === undefined ? cutText(value) : leaf()
    if (value instanceof Uint8Array) return name === undefined ? bytes(value) : leaf()
    if (Array.isArray(value)) return value.map((item) => redact(item, name))
    return isSnapshotMap(value) ? map(value, name) : value
  }

  const bytes = (value: Uint8Array): Snapshot => {
    const search = spend(value.length) ? searchSecrets() : undefined
    if (!search) return cut()
    return search.isIn(Buffer.from(value.buffer, value.byteOffset, value.length).toString()) ? leaf() : value
  }

  const map = (value: SnapshotMap, name: string | undefined): Snapshot => {
    const copy: Record<string, Snapshot> = {}
    const outer = outerName(name)
    for (const [key, item] of Object.entries(value)) {
      const said = text(key)
      if (said === undefined) {
        setOwn(copy, cutMark, cut())
        break
      }
      setOwn(copy, said, redact(item, outer ?? nameOf(value, key)))
    }
    return copy
  }

  return {
    learn: (value) => learn(value, undefined),
    redact: (value) => redact(value, undefined),
    get hasRedacted() {
      return hasRedacted
    },
    get isCut() {
      return isCut
    },
  }
}

/** The text with its percent-encoding decoded, if it can be decoded. */
function decodeUrl(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

/** `abc` of `Bearer abc`; the values of `a=b; c=d`. */
function partsOf(secret: string): string[] {
  const [, scheme] = /^\w+\s+(\S+)$/.exec(secret) ?? []
  const cookies = secret.includes('=') ? secret.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1)) : []
  return [...(scheme === undefined ? [] : [scheme]), ...cookies].filter((part) => part.length >= shortestWithinText)
}
