/** Computes an attribute of a system from the last values of its children. */
import { type RawBuilder, sql } from 'kysely'
import { allOf, anyOf, type Condition, havingOneByOne, isIn, isTagged, not } from '../records/conditions.ts'
import type { ChildAttribute, ComputedAttribute } from '../records/system-attribute.ts'
import type { Store } from '../store/store.ts'
import { fromStored, type Scalar } from './convert-value.ts'
import { mergeParts, needsSums } from './merge-parts.ts'
import { partColumns } from './part-columns.ts'
import { lastPoint } from './read-states.ts'
import { type Part, selectColumns } from './select-parts.ts'

type Sql = RawBuilder<unknown>

/** Children whose values SQLite aggregates at once, within the event loop; that takes about 5 ms. */
const childrenAPart = 250

/**
 * The value at the time `at`, in milliseconds since 1970: each child counts with the last value that it has by then, however long ago it was reported.
 * Without any value there is none, but for COUNT, which is 0. A median cannot be merged, so it is computed at once.
 */
export async function computeAttribute(
  { scan, dialect }: Store,
  systemId: string,
  { name, dataType, aggregation: type, childAttributes }: ComputedAttribute,
  at: number,
): Promise<Scalar | undefined> {
  const isParted = dialect === 'sqlite' && type !== 'MEDIAN'
  const ofSystem = sql`devices.parent_id = ${systemId}`
  const points = sql`(select p.time, p.nth, p.number, p.text
    from devices cross join device_attributes a ${lastPoint(dialect, { from: 1, to: at })}
    where ${allOf([
      ofSystem,
      ...(isParted ? [sql`devices.id > s.after and devices.id <= s.until`] : []),
      sql`a.device_id = devices.id`,
      anyOf(childAttributes.map(isMeant)),
      ...(type === 'COUNT' ? [] : [isIn(sql`a.data_type`, fittingTypes(type, dataType))]),
    ])}) p`
  const aggregation = { type }
  const columns = partColumns(aggregation, { dialect, points, withSums: needsSums(aggregation) })
  const { selected, joined } = selectColumns(dialect, columns, points)
  const ranges = isParted ? rangesOf(ofSystem) : sql`ranges(after, until) as (select '', '')`
  const { rows } = await sql<Part & { after: string }>`with recursive ${ranges}
    select s.after, ${selected} from ranges s ${joined} where s.until is not null`.execute(scan)
  const alike = rows.map((row) => ({ ...row, device_id: row.after, attribute: name, data_type: dataType, bucket: 0 }))
  const [value] = mergeParts(alike, aggregation, true)
  if (value === undefined) return type === 'COUNT' ? 0 : undefined
  return fromStored(value, dataType)
}

/** Walks through the children in the order of their IDs. */
function rangesOf(ofSystem: Condition): Sql {
  const lastAfter = (id: Sql) => sql`(select max(id) from (
      select devices.id from devices where ${ofSystem} and devices.id > ${id}
      order by devices.id limit ${sql.lit(childrenAPart)}))`
  return sql`ranges(after, until) as (
      select '', ${lastAfter(sql`''`)}
      union all
      select last.until, ${lastAfter(sql`last.until`)} from ranges last where last.until is not null
    )`
}

/** Whether the attribute `a` of the child `devices` is one of those that the system names. */
function isMeant({ name, mode, deviceIds = [], deviceTags = [] }: ChildAttribute): Condition {
  const isNamed = sql`a.name = ${name}`
  if (mode === 'all') return isNamed
  const listed = anyOf([
    ...(deviceIds.length > 0 ? [isIn(sql`devices.id`, deviceIds)] : []),
    ...deviceTags.map((filter) => isTagged(filter, havingOneByOne)),
  ])
  return allOf([isNamed, mode === 'whitelist' ? listed : not(listed)])
}

/** Types of attributes that can be aggregated to the type of the system's. Booleans are 0 and 1. */
function fittingTypes(type: ComputedAttribute['aggregation'], dataType: string): string[] {
  return type === 'FIRST' || type === 'LAST' ? [dataType] : ['number', 'boolean']
}
