/** Merges the parts of a stretch, and the stretches of several devices. The result is exact, since each part has all that the whole needs. */
import { groupBy } from '../records/schemas.ts'
import type { Part } from './select-parts.ts'
import { type Aggregation, isWeighed } from './series-query.ts'

/** Returns the columns of the merged part that differ from `one`. */
type Merge = (one: Part, other: Part) => Partial<Part>

const add: Merge = (one, other) => ({ number: numberOf(one) + numberOf(other) })
const average: Merge = (one, other) => {
  const weight = weightOf(one) + weightOf(other)
  return { weight, number: (numberOf(one) * weightOf(one) + numberOf(other) * weightOf(other)) / weight }
}

const merges: Readonly<Record<Aggregation['type'], Merge>> = {
  COUNT: add,
  SUM: add,
  MAX: (one, other) => ({ number: Math.max(numberOf(one), numberOf(other)) }),
  MIN: (one, other) => ({ number: Math.min(numberOf(one), numberOf(other)) }),
  MEAN: (one, other) => ({ number: (sumOf(one) + sumOf(other)) / (one.count + other.count) }),
  // Medians cannot be merged. `readSeries` makes sure that there is only one part.
  MEDIAN: () => ({}),
  STD_DEV: poolDeviations,
  FIRST: (one, other) => (isAhead(other, one, timeOf(one) - timeOf(other)) ? other : {}),
  LAST: (one, other) => (isAhead(other, one, timeOf(other) - timeOf(one)) ? other : {}),
  TIMEATVALUE: add,
  TIME_WEIGHTED_AVERAGE: average,
}

/** Aggregations whose value follows from sum and count. */
const fromSums: Readonly<Partial<Record<Aggregation['type'], (part: Part) => number | null>>> = {
  COUNT: ({ count }) => count,
  SUM: ({ sum }) => sum,
  MEAN: ({ sum, count }) => (sum === null ? null : sum / count),
}

/** Whether merging parts needs their sums and counts. */
export function needsSums({ type }: Aggregation): boolean {
  return type in fromSums || type === 'STD_DEV'
}

/** Returns one part for each stretch that has a value: of each device, or over all devices if `acrossDevices`. */
export function mergeParts(parts: readonly Part[], aggregation: Aggregation, acrossDevices: boolean): Part[] {
  const { type } = aggregation
  const [merge, compute] = [merges[type], fromSums[type]]
  const valued = (compute ? parts.map((part) => ({ ...part, number: compute(part) })) : parts).filter(hasValue)
  if (!acrossDevices) return mergeBy(ofDevice, valued, merge)
  if (!isWeighed(aggregation)) return mergeBy(ofAttribute, valued, merge)
  // The result is the mean of the devices' values: https://docs.losant.com/references/aggregations/
  const alike = mergeBy(ofDevice, valued, merge).map((part) => ({ ...part, weight: 1 }))
  return mergeBy(ofAttribute, alike, average)
}

export function countStretches(parts: readonly Part[]): number {
  return new Set(parts.map(ofDevice)).size
}

export function hasValue({ number, text }: Part): boolean {
  return number !== null || text !== null
}

const ofAttribute = ({ bucket, data_type, attribute }: Part) => `${bucket} ${data_type} ${attribute}`
const ofDevice = (part: Part) => `${part.device_id} ${ofAttribute(part)}`

function mergeBy(keyOf: (part: Part) => string, parts: readonly Part[], merge: Merge): Part[] {
  const both: (one: Part, other: Part) => Part = (one, other) => ({
    ...one,
    ...merge(one, other),
    sum: one.sum === null && other.sum === null ? null : sumOf(one) + sumOf(other),
    count: one.count + other.count,
  })
  return [...groupBy(parts, keyOf).values()].map((group) => group.reduce(both))
}

/** Adds the variance within the two parts to that between their means: https://en.wikipedia.org/wiki/Pooled_variance. */
function poolDeviations(one: Part, other: Part): Partial<Part> {
  const count = one.count + other.count
  const apart = sumOf(one) / one.count - sumOf(other) / other.count
  const within = (numberOf(one) ** 2 * one.count + numberOf(other) ** 2 * other.count) / count
  return { number: Math.sqrt(within + (apart ** 2 * one.count * other.count) / count ** 2) }
}

/** `by` is how many milliseconds `one` is nearer to the edge than `other`. At the same time, the device with the lower ID wins. */
function isAhead(one: Part, other: Part, by: number): boolean {
  return by > 0 || (by === 0 && one.device_id < other.device_id)
}

const numberOf = ({ number }: Part) => number ?? 0
const sumOf = ({ sum }: Part) => sum ?? 0
const weightOf = ({ weight }: Part) => weight ?? 0
const timeOf = ({ at }: Part) => at ?? 0
