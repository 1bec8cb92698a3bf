export interface Measured {
  /** In bytes, about. */
  readonly size: number
  /** How many values were looked at, which is what the time that it takes depends on: some 20 ns each. */
  readonly parts: number
}

/**
 * About how many bytes a value takes as JSON. A character counts as one, a number and a date as eight: its JSON is longer by up
 * to four times, of texts full of control characters by six.
 *
 * Stops counting past `limit`: what is huge, or holds itself, costs no more than that.
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
      // `Object.keys` would make a list of each, and takes twice the time. No object of a payload inherits anything to be counted.
      for (const key in next) {
        parts++
        size += key.length + 4 + sizeApartFrom(rest, (next as Record<string, unknown>)[key])
      }
    }
  }
  return { size, parts }
}

/** The size of a value; what is in it comes into `rest`. */
function sizeApartFrom(rest: object[], value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8
  // Not JSON, but a script or a driver may give it; its items would be counted one by one, under their numbers as keys.
  if (ArrayBuffer.isView(value)) return value.byteLength + 2
  rest.push(value)
  return 2
}
