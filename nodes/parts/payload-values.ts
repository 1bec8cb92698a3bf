/** How nodes that compute read values from the payload and write them back. */

import { valueMissing } from '../../engine/compile/compile-config.ts'
import type { CompiledValue } from '../../engine/schema.ts'
import { copyValue } from '../../engine/values/copy.ts'
import { type Path, parsePath } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

/** The value of a required field, or `undefined` if it is missing, for nodes that can work without it. */
export function valueOrMissing(value: CompiledValue, payload: Payload): unknown {
  try {
    return value(payload)
  } catch (error) {
    if (valueMissing.is(error)) return undefined
    throw error
  }
}

/** Copies a value, so that later changes of one copy do not show in the other. */
export function copyOf<T>(value: T): T {
  return copyValue(value)
}

/** Removes what was at the path if the value is missing. */
export function put(path: Path, payload: Payload, value: unknown): void {
  if (value === undefined) path.delete(payload)
  else path.set(payload, value)
}

/** Whether a field reads exactly this path. A node that changes the value in place then need not copy it. */
export function isReadFrom(path: Path, raw: unknown): boolean {
  const read = typeof raw === 'string' ? /^(?:<<|\{\{)\s*([^<>{}\s]+)\s*(?:>>|\}\})$/.exec(raw)?.[1] : undefined
  if (read === undefined) return false
  try {
    return parsePath(read).text === path.text
  } catch {
    return false
  }
}

/** The last of several entries with the same key wins. Throws for a key that no payload can have. */
export function recordOf<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record: Record<string, T> = {}
  for (const [key, value] of entries) {
    if (key === '__proto__') throw new Error('"__proto__" cannot be a key of a payload.')
    record[key] = value
  }
  return record
}
