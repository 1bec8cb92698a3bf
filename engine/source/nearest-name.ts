/** Finds the name that was probably meant. */

/** A hint with the name that was probably meant; `undefined` if none of `names` is near enough. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const nearest = nearestName(name, names)
  return nearest === undefined ? undefined : `Did you mean "${nearest}"?`
}

/** The nearest of `names` by edit distance, ignoring case; `undefined` if none is near enough to be a typing mistake. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.min(3, Math.max(1, Math.ceil(name.length / 3))) + 1
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    // A short name is not a misspelling of one that shares no letter with it.
    if (distance < least && distance < candidate.length) {
      nearest = candidate
      least = distance
    }
  }
  return nearest
}

/** How many insertions, deletions, substitutions and swaps of neighbours turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + cost,
        isSwap ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = previous
    previous = row
  }
  return at(previous, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
