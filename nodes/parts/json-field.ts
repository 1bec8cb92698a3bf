import { parseJson } from '../../engine/values/json.ts'

/** Parses the rendered text of a field as JSON. Throws an error that names the field. */
export function readJsonField(text: string, field: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new Error(`${field}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
