/** An experience group as it is shown, and the rows behind it. */
import { type Kysely, sql } from 'kysely'
import Type, { type Static } from 'typebox'
import type { Base } from '../base/base.ts'
import { invalid, notFound } from '../base/refusals.ts'
import type { Transaction } from '../store/store.ts'
import type { ExperienceGroupTable, Tables } from '../store/tables.ts'
import { descendantsOf } from './conditions.ts'
import { compileGroupsOwnQuery } from './device-query.ts'
import {
  closed,
  Description,
  fromColumn,
  groupBy,
  Id,
  Ids,
  Name,
  NullableId,
  resourceFields,
  type TagFilter,
  TagFilters,
  TagMap,
  toIso,
} from './schemas.ts'

const optionalFields = {
  description: Type.Optional(Description),
  experienceUserIds: Type.Optional(Ids),
  experienceEndpointIds: Type.Optional(Ids),
  groupTags: Type.Optional(TagMap),
  deviceIds: Type.Optional(Ids),
  deviceTags: Type.Optional(TagFilters),
  deviceQueryJson: Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 8192 })),
  parentId: Type.Optional(NullableId),
}
export const GroupPost = closed({ name: Name, ...optionalFields })
export const GroupPatch = closed({ name: Type.Optional(Name), ...optionalFields })
export type GroupPost = Static<typeof GroupPost>
export type GroupPatch = Static<typeof GroupPatch>

export const GroupRecord = closed({
  ...resourceFields,
  experienceGroupId: Id,
  name: Name,
  description: Description,
  experienceUserIds: Ids,
  experienceEndpointIds: Ids,
  groupTags: TagMap,
  deviceIds: Ids,
  deviceTags: TagFilters,
  deviceQueryJson: Type.Optional(Type.String()),
  parentId: Type.Optional(Id),
  directDeviceCount: Type.Optional(Type.Integer()),
  totalDeviceCount: Type.Optional(Type.Integer()),
})
export type GroupRecord = Static<typeof GroupRecord>

export async function toGroups(
  platform: Base,
  db: Kysely<Tables>,
  rows: ExperienceGroupTable[],
): Promise<GroupRecord[]> {
  const ids = rows.map((row) => row.id)
  if (ids.length === 0) return []
  const users = await db
    .selectFrom('experience_group_users')
    .selectAll()
    .where('group_id', 'in', ids)
    .orderBy('user_id')
    .execute()
  const devices = await db
    .selectFrom('experience_group_devices')
    .selectAll()
    .where('group_id', 'in', ids)
    .orderBy('device_id')
    .execute()
  const usersOf = groupBy(users, (user) => user.group_id)
  const devicesOf = groupBy(devices, (device) => device.group_id)
  return rows.map((row) => ({
    id: row.id,
    experienceGroupId: row.id,
    applicationId: platform.applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    name: row.name,
    description: row.description,
    experienceUserIds: (usersOf.get(row.id) ?? []).map((user) => user.user_id),
    experienceEndpointIds: fromColumn<string[]>(row.endpoint_ids),
    groupTags: fromColumn<Record<string, string>>(row.tags),
    deviceIds: (devicesOf.get(row.id) ?? []).map((device) => device.device_id),
    deviceTags: fromColumn<TagFilter[]>(row.device_tags),
    ...(row.device_query === null ? {} : { deviceQueryJson: row.device_query }),
    ...(row.parent_id === null ? {} : { parentId: row.parent_id }),
  }))
}

export async function readGroup(platform: Base, db: Kysely<Tables>, id: string): Promise<GroupRecord> {
  const rows = await db.selectFrom('experience_groups').selectAll().where('id', '=', id).execute()
  const [group] = await toGroups(platform, db, rows)
  if (!group) throw notFound({ what: 'Experience group' })
  return group
}

/** What the schema does not say of a group; nothing of it needs the store. */
export function checkGroup({ deviceQueryJson }: GroupPatch): void {
  if (deviceQueryJson === undefined || deviceQueryJson === null) return
  const at = 'experienceGroup.deviceQueryJson'
  let query: unknown
  try {
    query = JSON.parse(deviceQueryJson)
  } catch {
    throw invalid({ problem: `${at} is not JSON` })
  }
  compileGroupsOwnQuery(query, at)
}

/** Checks the parent of group `id`, and sets its members and devices where `group` has them. */
export async function relate(
  tx: Transaction,
  id: string,
  { parentId, experienceUserIds, deviceIds }: GroupPatch,
): Promise<void> {
  if (parentId) {
    const parent = await tx.selectFrom('experience_groups').select('id').where('id', '=', parentId).executeTakeFirst()
    if (!parent) throw invalid({ problem: 'experienceGroup.parentId names a group that does not exist' })
    const { rows: below } = await sql`select id from experience_groups where id = ${parentId}
      and (id = ${id} or id in ${descendantsOf('experience_groups', sql`${id}`)})`.execute(tx)
    if (below.length > 0) throw invalid({ problem: 'experienceGroup.parentId names the group itself or one below it' })
  }
  if (experienceUserIds) {
    await tx.deleteFrom('experience_group_users').where('group_id', '=', id).execute()
    await link(tx, 'experience_group_users', 'user_id', 'experience_users', id, experienceUserIds, 'experienceUserIds')
  }
  if (deviceIds) {
    await tx.deleteFrom('experience_group_devices').where('group_id', '=', id).execute()
    await link(tx, 'experience_group_devices', 'device_id', 'devices', id, deviceIds, 'deviceIds')
  }
}

export async function insertGroup(platform: Base, tx: Transaction, id: string, group: GroupPost): Promise<void> {
  const now = platform.clock.now()
  await tx
    .insertInto('experience_groups')
    .values({
      id,
      name: group.name,
      description: group.description ?? '',
      parent_id: group.parentId ?? null,
      tags: JSON.stringify(group.groupTags ?? {}),
      endpoint_ids: JSON.stringify(group.experienceEndpointIds ?? []),
      device_tags: JSON.stringify(group.deviceTags ?? []),
      device_query: group.deviceQueryJson ?? null,
      created_at: now,
      updated_at: now,
    })
    .execute()
  await relate(tx, id, group)
}

async function link(
  tx: Transaction,
  table: 'experience_group_users' | 'experience_group_devices',
  column: 'user_id' | 'device_id',
  source: 'experience_users' | 'devices',
  id: string,
  others: readonly string[],
  field: string,
): Promise<void> {
  const ids = [...new Set(others)]
  if (ids.length === 0) return
  const { numAffectedRows } = await sql`insert into ${sql.table(table)} (group_id, ${sql.ref(column)})
    select cast(${id} as text), id from ${sql.table(source)} where id in (${sql.join(ids)})`.execute(tx)
  if (numAffectedRows !== BigInt(ids.length))
    throw invalid({ problem: `experienceGroup.${field} names one that does not exist` })
}
