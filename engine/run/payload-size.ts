export interface Measured {
  /** Approximate size in bytes. */
  readonly size: number
  /** How many values were visited. Each takes about 20 ns. */
  readonly parts: number
}

/**
 * The approximate size of a value as JSON. A character counts as one byte, a number or a date as eight; the real JSON is up to
 * four times as long, or six times for strings full of control characters.
 *
 * Counting stops beyond `limit`, so a huge or circular value costs no more than that.
 */
export function payloadSize(value: unknown, limit: number): number {
  return measure(value, limit).size
}

export function measure(value: unknown, limit: number): Measured {
  const rest: object[] = []
  let size = sizeApartFrom(rest, value)
  let parts = 1
  for (let next = rest.pop(); next && size <= limit; next = rest.pop()) {
    if (Array.isArray(next)) {
      size += next.length
      for (const item of next) {
        if (size > limit) break
        parts++
        size += sizeApartFrom(rest, item)
      }
    } else {
      // `Object.keys` would create a list for each object and take twice as long. Objects of a payload inherit nothing that counts.
      for (const key in next) {
        parts++
        size += key.length + 4 + sizeApartFrom(rest, (next as Record<string, unknown>)[key])
      }
    }
  }
  return { size, parts }
}

/** The size of a value itself. Its parts are added to `rest`. */
function sizeApartFrom(rest: object[], value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8
  // It is not JSON, but a script or a driver may return it, and its items would be counted one by one.
  if (ArrayBuffer.isView(value)) return value.byteLength + 2
  rest.push(value)
  return 2
}
