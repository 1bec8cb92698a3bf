/** The kind of a value, as a sentence names it. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Date) return 'a date'
  return typeof value === 'object' ? 'a map' : typeof value === 'string' ? 'a text' : `the ${typeof value} ${value}`
}
