/** About how many bytes a value has as JSON; stops counting past `limit`, so a huge one costs no more than the limit. */
export function payloadSize(value: unknown, limit: number): number {
  const rest: object[] = []
  let size = sizeApartFrom(rest, value)
  for (let next = rest.pop(); next && size <= limit; next = rest.pop()) {
    if (Array.isArray(next)) {
      size += next.length
      for (const item of next) size += sizeApartFrom(rest, item)
    } else {
      // `Object.keys` would make a list of each, and takes twice the time. No object of a payload inherits anything to be counted.
      for (const key in next) size += key.length + 4 + sizeApartFrom(rest, (next as Record<string, unknown>)[key])
    }
  }
  return size
}

/** The size of a value; what is in it comes into `rest`. */
function sizeApartFrom(rest: object[], value: unknown): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8
  rest.push(value)
  return 2
}
