/** Counts the different names of keys in JSON: each new name costs the process about 3 µs, and a repeated one next to nothing. */

/** The fewest characters that a key takes: `"":1,`. */
const shortestKey = 5

/** Whether there are more than `max` names. `length` is the length of the JSON: most bodies are too short to have that many, so they need not be counted. */
export function hasMoreNames(json: unknown, max: number, length: number): boolean {
  if (length < max * shortestKey) return false
  const names = new Set<string>()
  const counts = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false
    if (Array.isArray(value)) return value.some(counts)
    for (const [key, item] of Object.entries(value)) {
      names.add(key)
      if (names.size > max || counts(item)) return true
    }
    return false
  }
  return counts(json)
}
