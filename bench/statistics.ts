/** Statistics of measured numbers. */

/** The number that `share` of all are below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The median of the rounds' ratios, so that a slow moment of the machine affects only one round. */
export function medianRatio(ones: readonly number[], others: readonly number[]): string {
  return median(ones.map((one, round) => one / (others[round] ?? Number.NaN))).toFixed(2)
}
