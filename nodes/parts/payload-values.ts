/** How nodes that compute take values from the payload and put them back. */

import { valueMissing } from '../../engine/compile/compile-config.ts'
import type { CompiledValue } from '../../engine/schema.ts'
import { isObject } from '../../engine/values/coerce.ts'
import { type Path, parsePath } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

/** What a required field gives, `undefined` where it is missing: for a node that can do with nothing. */
export function valueOrMissing(value: CompiledValue, payload: Payload): unknown {
  try {
    return value(payload)
  } catch (error) {
    if (valueMissing.is(error)) return undefined
    throw error
  }
}

/** So that a later change of one does not show in the other. */
export function copyOf<T>(value: T): T {
  return isObject(value) ? structuredClone(value) : value
}

/** Of what is missing, nothing stands there afterwards. */
export function put(path: Path, payload: Payload, value: unknown): void {
  if (value === undefined) path.delete(payload)
  else path.set(payload, value)
}

/** Whether a field, as the flow has it, is what stands at the path: a node that changes it in place need not copy it. */
export function isReadFrom(path: Path, raw: unknown): boolean {
  const read = typeof raw === 'string' ? /^(?:<<|\{\{)\s*([^<>{}\s]+)\s*(?:>>|\}\})$/.exec(raw)?.[1] : undefined
  if (read === undefined) return false
  try {
    return parsePath(read).text === path.text
  } catch {
    return false
  }
}

/** Of two entries with one key the last counts. Throws for a key that no payload can have. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record: Record<string, T> = {}
  for (const [key, value] of entries) {
    if (key === '__proto__') throw new Error('"__proto__" cannot be a key of a payload.')
    record[key] = value
  }
  return record
}
