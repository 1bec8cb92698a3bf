/** About how many bytes a value has as JSON; stops counting past `limit`, so a huge one costs no more than the limit. */
export function payloadSize(value: unknown, limit: number): number {
  let size = 0
  const rest: unknown[] = [value]
  while (rest.length > 0 && size <= limit) {
    const next = rest.pop()
    if (typeof next === 'string') size += next.length + 2
    else if (Array.isArray(next)) {
      size += 2 + next.length
      for (const item of next) rest.push(item)
    } else if (typeof next === 'object' && next !== null && !(next instanceof Date)) {
      size += 2
      for (const key of Object.keys(next)) {
        size += key.length + 4
        rest.push((next as Record<string, unknown>)[key])
      }
    } else size += 8
  }
  return size
}
