export type Order = 'ascending' | 'descending'

/** Sorts items; those with equal keys keep their order. Keys other than numbers, dates, texts and booleans come last in either order. */
export function inOrder(
  items: readonly unknown[],
  order: Order,
  keyOf: (item: unknown) => unknown = (item) => item,
): readonly unknown[] {
  const sign = order === 'descending' ? -1 : 1
  return items
    .map((item) => ({ item, ...placeOf(keyOf(item)) }))
    .sort((a, b) => {
      if (a.key === undefined || b.key === undefined) return Number(a.key === undefined) - Number(b.key === undefined)
      return sign * (a.kind - b.kind || compare(a.key, b.key))
    })
    .map(({ item }) => item)
}

/** The place of a value: kinds are sorted one after another, so that the result does not depend on the initial order. */
function placeOf(value: unknown): { readonly kind: number; readonly key: number | string | undefined } {
  if (typeof value === 'string') return { kind: 1, key: value }
  if (typeof value === 'boolean') return { kind: 2, key: Number(value) }
  const number = value instanceof Date ? value.getTime() : value
  return { kind: 0, key: typeof number === 'number' && !Number.isNaN(number) ? number : undefined }
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
