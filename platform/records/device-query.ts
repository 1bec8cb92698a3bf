/** Advanced device queries. */
import { sql } from 'kysely'
import type { Store } from '../store/store.ts'
import {
  AdvancedQuery,
  compileQuery,
  idField,
  idsField,
  type QueryFields,
  tagsField,
  textField,
  textsField,
  timeField,
} from './advanced-query.ts'
import { anyOf, type Condition, descendantsOf, isIn, isTagged } from './conditions.ts'
import { fromColumn, type TagFilter } from './schemas.ts'

export { AdvancedQuery as DeviceQuery }

const ownFields: QueryFields = {
  id: idField(sql`devices.id`),
  creationDate: timeField(sql`devices.created_at`),
  lastUpdated: timeField(sql`devices.updated_at`),
  name: textField(sql`devices.name`),
  deviceClass: textField(sql`devices.device_class`),
  connectionStatus: textField(sql`case devices.connected when 1 then 'connected' when 0 then 'disconnected' end`),
  connectedAt: timeField(sql`devices.connected_at`),
  disconnectedAt: timeField(sql`devices.disconnected_at`),
  gatewayId: idField(sql`devices.gateway_id`),
  parentId: idField(sql`devices.parent_id`),
  ancestorId: idsField((ids) => sql`devices.id in ${descendantsOf('devices', sql.join(ids))}`),
  attributeName: textsField(
    sql`device_attributes.name`,
    (condition) => sql`devices.id in (select device_id from device_attributes where ${condition})`,
  ),
  tags: tagsField(isTagged),
}

/** A query that a group keeps to say which devices are its own: it may not ask for groups again. */
export function compileGroupsOwnQuery(query: unknown, at: string): Condition {
  return compileQuery(query, ownFields, at)
}

/** Devices that `query` means, as a condition on the table `devices`. */
export async function compileDeviceQuery(store: Store, query: unknown, at = 'query'): Promise<Condition> {
  if (!names(query, new Set(['experienceUserId', 'experienceGroupId']))) return compileQuery(query, ownFields, at)
  const groups = await readGroups(store)
  const withBelow = (ids: Condition) =>
    devicesOf(
      sql`(select id from experience_groups where id in (${ids}) or id in ${descendantsOf('experience_groups', ids)})`,
      groups,
    )
  const fields = {
    ...ownFields,
    experienceGroupId: idsField((ids) => withBelow(sql.join(ids))),
    experienceUserId: idsField((ids) =>
      withBelow(sql`select group_id from experience_group_users where ${isIn(sql`user_id`, ids)}`),
    ),
  }
  return compileQuery(query, fields, at)
}

/** Devices of the group itself, without those of the groups below it. */
export async function compileOwnDevices(store: Store, groupId: string): Promise<Condition> {
  return devicesOf(sql`(${groupId})`, await readGroups(store))
}

interface NamingGroup {
  readonly id: string
  /** The devices that the group names by a tag or a query. */
  readonly condition: Condition
}

/** Which of the groups are meant, the database decides: `meant` is a list or a subquery. */
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
    const tags = fromColumn<TagFilter[]>(device_tags).map(isTagged)
    const query = device_query === null ? [] : [compileGroupsOwnQuery(JSON.parse(device_query), 'deviceQueryJson')]
    return { id, condition: anyOf([...tags, ...query]) }
  })
}

function names(query: unknown, fields: ReadonlySet<string>, depth = 0): boolean {
  if (typeof query !== 'object' || query === null || depth > 20) return false
  return Object.entries(query).some(([key, value]) => fields.has(key) || names(value, fields, depth + 1))
}
