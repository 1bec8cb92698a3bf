/** Advanced device queries. */
import { sql } from 'kysely'
import type { Store } from '../store/store.ts'
import {
  compileQuery,
  idField,
  idsField,
  type QueryFields,
  resourceQueryFields,
  tagsField,
  textField,
  textsField,
  timeField,
} from './advanced-query.ts'
import { anyOf, type Condition, descendantsOf, type Having, havingByIndex, isIn, isTagged } from './conditions.ts'
import { fromColumn, type TagFilter } from './schemas.ts'

const ownFields = (having: Having): QueryFields => ({
  ...resourceQueryFields('devices'),
  name: textField(sql`devices.name`),
  deviceClass: textField(sql`devices.device_class`),
  connectionStatus: textField(sql`case devices.connected when 1 then 'connected' when 0 then 'disconnected' end`),
  connectedAt: timeField(sql`devices.connected_at`),
  disconnectedAt: timeField(sql`devices.disconnected_at`),
  gatewayId: idField(sql`devices.gateway_id`),
  parentId: idField(sql`devices.parent_id`),
  ancestorId: idsField((ids) => sql`devices.id in ${descendantsOf('devices', sql.join(ids))}`),
  attributeName: textsField(sql`device_attributes.name`, (condition) => having('device_attributes', condition)),
  tags: tagsField({
    key: sql`device_tags.key`,
    value: sql`device_tags.value`,
    has: (condition) => having('device_tags', condition),
  }),
})

const fieldsByIndex = ownFields(havingByIndex)

/** A query that must not ask for groups, such as the one by which a group names its devices. */
export function compileUngroupedQuery(query: unknown, at: string): Condition {
  return compileQuery(query, fieldsByIndex, at)
}

export interface Compiling {
  /** How tags and attributes are looked up. */
  readonly having: Having
  /** How many conditions and values the query may have. */
  readonly maxParts?: number
}

/** The devices that meet `query`, as a condition on the table `devices`. */
export async function compileDeviceQuery(
  store: Store,
  query: unknown,
  at = 'query',
  { having, maxParts }: Partial<Compiling> = {},
): Promise<Condition> {
  const own = having ? ownFields(having) : fieldsByIndex
  if (!names(query, new Set(['experienceUserId', 'experienceGroupId']))) return compileQuery(query, own, at, maxParts)
  const groups = await readGroups(store)
  const withBelow = (ids: Condition) =>
    devicesOf(
      sql`(select id from experience_groups where id in (${ids}) or id in ${descendantsOf('experience_groups', ids)})`,
      groups,
    )
  const fields = {
    ...own,
    experienceGroupId: idsField((ids) => withBelow(sql.join(ids))),
    experienceUserId: idsField((ids) =>
      withBelow(sql`select group_id from experience_group_users where ${isIn(sql`user_id`, ids)}`),
    ),
  }
  return compileQuery(query, fields, at, maxParts)
}

/** The devices of the group itself, without those of the groups below it. */
export async function compileOwnDevices(store: Store, groupId: string): Promise<Condition> {
  return devicesOf(sql`(${groupId})`, await readGroups(store))
}

/** A group that names devices by tags or a query. */
interface NamingGroup {
  readonly id: string
  /** The devices that it names so. */
  readonly condition: Condition
}

/** The devices of the groups in `meant`, which is a list or a subquery. */
function devicesOf(meant: Condition, groups: readonly NamingGroup[]): Condition {
  return anyOf([
    sql`devices.id in (select device_id from experience_group_devices where group_id in ${meant})`,
    ...groups.map(({ id, condition }) => sql`(${id} in ${meant} and ${condition})`),
  ])
}

async function readGroups({ read }: Store): Promise<NamingGroup[]> {
  const rows = await read
    .selectFrom('experience_groups')
    .select(['id', 'device_tags', 'device_query'])
    .where((where) => where.or([where('device_tags', '<>', '[]'), where('device_query', 'is not', null)]))
    .execute()
  return rows.map(({ id, device_tags, device_query }) => {
    const tags = fromColumn<TagFilter[]>(device_tags).map((filter) => isTagged(filter))
    const query = device_query === null ? [] : [compileUngroupedQuery(JSON.parse(device_query), 'deviceQueryJson')]
    return { id, condition: anyOf([...tags, ...query]) }
  })
}

function names(query: unknown, fields: ReadonlySet<string>, depth = 0): boolean {
  if (typeof query !== 'object' || query === null || depth > 20) return false
  return Object.entries(query).some(([key, value]) => fields.has(key) || names(value, fields, depth + 1))
}
