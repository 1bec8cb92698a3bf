import type { CompiledValue } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'

/**
 * What a field says that a flow need not have; `undefined` where it has not. Throws where the field is there and its
 * template comes to nothing: the node would do something else than the flow says.
 */
export function given<T>(field: string, value: CompiledValue<T> | undefined, payload: Payload): T | undefined {
  if (value === undefined) return undefined
  // A template may come to nothing, whatever its type says.
  const rendered: T | undefined = value(payload)
  if (rendered === undefined) throw new Error(`${field} is missing.`)
  return rendered
}
