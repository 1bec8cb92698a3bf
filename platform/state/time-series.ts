/** Answers queries over time, within the limits of one request. */
import { sql } from 'kysely'
import { storeQueryTooLong } from '../store/errors.ts'
import type { Store } from '../store/store.ts'
import { isOfSeveral, readMedians } from './medians.ts'
import { countStretches, hasValue, mergeParts, needsSums } from './merge-parts.ts'
import { named } from './read-states.ts'
import { isPart, selectParts } from './select-parts.ts'
import { isWeighed, type SeriesQuery, type SeriesRow, tooMuch } from './series-query.ts'

export interface SeriesLimits {
  /** Values in the result. */
  readonly values: number
  /** Stretches of single devices, or their parts, that are read for the result. Each takes about 300 bytes. */
  readonly parts: number
  /** SQLite computes about ten million points a second within the event loop, so a stretch with more points than this is computed in parts. */
  readonly pointsAPart: number
  /** Stretches of up to this length are not split, unless a device keeps duplicates: otherwise there is at most one point per millisecond. */
  readonly unpartedMs: number
  /** Points of a stretch for a median, which cannot be merged from parts; for a median over several devices, points of all stretches. */
  readonly medianPoints: number
  /** Stretches that begin at midnights of a time zone. Finding ten thousand takes 100 ms, for which nothing else is served. */
  readonly days: number
}

export const seriesLimits: SeriesLimits = {
  values: 100_000,
  parts: 300_000,
  pointsAPart: 100_000,
  unpartedMs: 300_000,
  medianPoints: 1_000_000,
  days: 4000,
}

/** Returns the values, sorted. Throws `PLATFORM_INVALID` (400) if the query asks for too much. */
export async function readSeries(store: Store, query: SeriesQuery, limits = seriesLimits): Promise<SeriesRow[]> {
  await refuseManyStretches(store, query, limits)
  const rows = await readRows(store, query, limits).catch((error) => {
    throw storeQueryTooLong.is(error) ? tooMuch('it reads too many points; take a shorter range', error) : error
  })
  if (rows.length > limits.values) throw tooManyValues(limits.values)
  const way = query.order === 'asc' ? 1 : -1
  return rows.sort(
    (one, other) =>
      way * (one.bucket - other.bucket) ||
      compare(one.attribute, other.attribute) ||
      compare(one.device_id, other.device_id),
  )
}

async function readRows(store: Store, query: SeriesQuery, limits: SeriesLimits): Promise<SeriesRow[]> {
  const { aggregation, acrossDevices, start, end, resolution = end - start } = query
  const isMedian = aggregation.type === 'MEDIAN'
  const maxRows = limits.parts + 1
  if (isMedian && acrossDevices && (await isOfSeveral(store, query))) {
    return readMedians(store, query, { maxPoints: limits.medianPoints, maxRows })
  }
  const isEdge = aggregation.type === 'FIRST' || aggregation.type === 'LAST'
  const isParted =
    store.dialect === 'sqlite' &&
    !(isEdge && !acrossDevices) &&
    (resolution > limits.unpartedMs || (await hasDuplicates(store, query)))
  const { rows } = await selectParts(query, {
    dialect: store.dialect,
    pointsAPart: isParted ? (isMedian ? limits.medianPoints : limits.pointsAPart) : undefined,
    withSums: acrossDevices || (isParted && needsSums(aggregation)),
    maxRows,
  }).execute(store.scan)
  if (rows.length > limits.parts)
    throw tooMuch(`more than ${limits.parts} stretches are read; take a coarser resolution or fewer devices`)
  const parts = rows.filter(isPart)
  if (isMedian && isParted && countStretches(parts) < parts.length)
    throw tooMuch(`a median takes at most ${limits.medianPoints} points of a stretch; take a finer resolution`)
  return acrossDevices || isParted ? mergeParts(parts, aggregation, acrossDevices) : parts.filter(hasValue)
}

async function hasDuplicates({ read }: Store, { devices }: SeriesQuery): Promise<boolean> {
  const { rows } = await sql`select 1 from devices where ${devices}
    and devices.id in (select kept.id from devices kept where kept.keeps_duplicates > 0) limit 1`.execute(read)
  return rows.length > 0
}

/**
 * Aggregations that weigh by time also compute stretches without points, and a walk over the days of a time zone comes to those as well, so their
 * number must be checked first.
 */
async function refuseManyStretches({ read }: Store, query: SeriesQuery, most: SeriesLimits): Promise<void> {
  const { aggregation, devices, attributes, start, end, resolution = end - start, timeZone } = query
  if (!isWeighed(aggregation) && timeZone === undefined) return
  const stretches = Math.ceil((end - start) / resolution) + 1
  if (timeZone !== undefined && stretches > most.days)
    throw tooMuch(
      `with a time zone the range has at most ${most.days} stretches; take a coarser resolution or a shorter range`,
    )
  if (stretches > most.values) throw tooManyValues(most.values)
  const { rows } = await sql<{ total: number }>`select count(*) as total from device_attributes a
    where a.device_id in (select devices.id from devices where ${devices}) and ${named(attributes)}`.execute(read)
  if (stretches * Number(rows[0]?.total) > most.values) throw tooManyValues(most.values)
}

function tooManyValues(most: number) {
  return tooMuch(`more than ${most} values come out; take a coarser resolution`)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
