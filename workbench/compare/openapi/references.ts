/** Follows the references of a document within itself. */
import { isMap } from '../../../engine/values/is-map.ts'

export type Part = Readonly<Record<string, unknown>>

/** A schema that says nothing. It is a single object, so that comparisons recognise it. */
export const nothing: Part = {}

/** The map that `value` is or refers to. `nothing` if it is neither. */
export function resolve(document: Part, value: unknown): Part {
  const seen = new Set<unknown>()
  let part = value
  while (isMap(part) && typeof part.$ref === 'string') {
    if (seen.has(part)) return nothing
    seen.add(part)
    part = partAt(document, part.$ref)
  }
  return isMap(part) ? part : nothing
}

function partAt(document: Part, ref: string): unknown {
  if (ref === '#') return document
  if (!ref.startsWith('#/')) return undefined
  let part: unknown = document
  for (const key of ref.slice(2).split('/').map(keyOf)) {
    part = typeof part === 'object' && part !== null && Object.hasOwn(part, key) ? Reflect.get(part, key) : undefined
  }
  return part
}

function keyOf(part: string): string {
  const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** The maps below a key, by name. */
export function entriesOf(map: unknown): readonly (readonly [string, unknown])[] {
  return isMap(map) ? Object.entries(map) : []
}
