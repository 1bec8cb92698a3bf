/**
 * Copies `source` to an ordinary object, without the key `__proto__`. The parsers of queries and cookies return objects without a prototype, where
 * `__proto__` is a key like any other.
 */
export function plainRecord(source: unknown): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  if (typeof source !== 'object' || source === null) return plain
  for (const [key, value] of Object.entries(source)) {
    if (key !== '__proto__') plain[key] = value
  }
  return plain
}
