import type { CompiledValue } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'

/**
 * The value of an optional field; `undefined` if the flow does not have it. Throws if the flow has the field but its template
 * renders to nothing, since the node would then not do what the flow says.
 */
export function given<T>(field: string, value: CompiledValue<T> | undefined, payload: Payload): T | undefined {
  if (value === undefined) return undefined
  // A template may render to nothing, whatever its type says.
  const rendered: T | undefined = value(payload)
  if (rendered === undefined) throw new Error(`${field} is missing.`)
  return rendered
}
