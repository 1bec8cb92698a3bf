/** Experience groups: what a client may send, what it gets, and their rows. */
import { type Kysely, sql } from 'kysely'
import Type, { type Static } from 'typebox'
import type { Base } from '../base/base.ts'
import { invalid, notFound } from '../base/refusals.ts'
import type { Transaction } from '../store/store.ts'
import type { ExperienceGroupTable, Tables } from '../store/tables.ts'
import { descendantsOf } from './conditions.ts'
import { compileUngroupedQuery } from './device-query.ts'
import { linksIn } from './link-rows.ts'
import {
  closed,
  Description,
  fromColumn,
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

const groupUsers = linksIn('experience_group_users', 'group_id', 'user_id')
const groupDevices = linksIn('experience_group_devices', 'group_id', 'device_id')

export async function toGroups(
  platform: Base,
  db: Kysely<Tables>,
  rows: ExperienceGroupTable[],
): Promise<GroupRecord[]> {
  const ids = rows.map((row) => row.id)
  const userIds = await groupUsers.read(db, ids)
  const deviceIds = await groupDevices.read(db, ids)
  return rows.map((row) => ({
    id: row.id,
    applicationId: platform.applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    experienceGroupId: row.id,
    name: row.name,
    description: row.description,
    experienceUserIds: userIds.get(row.id) ?? [],
    experienceEndpointIds: fromColumn<string[]>(row.endpoint_ids),
    groupTags: fromColumn<Record<string, string>>(row.tags),
    deviceIds: deviceIds.get(row.id) ?? [],
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

/** Checks what the schema cannot express. */
export function checkGroup({ deviceQueryJson }: GroupPatch): void {
  if (deviceQueryJson === undefined || deviceQueryJson === null) return
  const at = 'experienceGroup.deviceQueryJson'
  let query: unknown
  try {
    query = JSON.parse(deviceQueryJson)
  } catch {
    throw invalid({ problem: `${at} is not JSON` })
  }
  compileUngroupedQuery(query, at)
}

/** Checks the parent of group `id`, and replaces its members and devices where `group` has them. */
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
  if (experienceUserIds) await groupUsers.replace(tx, id, experienceUserIds, 'experienceGroup.experienceUserIds')
  if (deviceIds) await groupDevices.replace(tx, id, deviceIds, 'experienceGroup.deviceIds')
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
