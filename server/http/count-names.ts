/** Counts the names that keys of JSON have: each new one costs the process about 3 µs, and those that come again next to nothing. */

/** A key takes at least so many characters: `"":1,`. */
const shortestKey = 5

/** Whether there are more than `max`. `length` is that of the JSON, which spares most bodies the counting. */
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
