/** One experience group. */
import { sql } from 'kysely'
import Type from 'typebox'
import { notFound } from '../base/refusals.ts'
import type { Platform } from '../platform.ts'
import { countRows } from '../records/conditions.ts'
import { compileDeviceQuery, compileOwnDevices } from '../records/device-query.ts'
import { checkGroup, GroupPatch, GroupRecord, readGroup, relate } from '../records/experience-group-record.ts'
import { closed, Flag, Id, isSet, Success, toColumn } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/experience/groups/{experienceGroupId}'
const experienceGroupId = Id

export const experienceGroup: Resource = {
  name: 'experienceGroup',
  summary: 'One experience group.',
  actions: {
    get: defineAction({
      summary: 'Returns an experience group.',
      method: 'GET',
      path,
      params: closed({
        experienceGroupId,
        includeDirectDeviceCount: Type.Optional(Flag),
        includeTotalDeviceCount: Type.Optional(Flag),
      }),
      result: GroupRecord,
      scopes: ['all.Application', 'all.Application.read'],
      async run(params, { platform }) {
        const { experienceGroupId: id } = params
        const group = await readGroup(platform, platform.store.read, id)
        return {
          ...group,
          ...(isSet(params.includeDirectDeviceCount)
            ? { directDeviceCount: await countDevices(platform, id, false) }
            : {}),
          ...(isSet(params.includeTotalDeviceCount)
            ? { totalDeviceCount: await countDevices(platform, id, true) }
            : {}),
        }
      },
    }),

    patch: defineAction({
      summary: 'Changes an experience group. Members and devices are replaced as a whole.',
      method: 'PATCH',
      path,
      body: 'experienceGroup',
      params: closed({ experienceGroupId, experienceGroup: GroupPatch }),
      result: GroupRecord,
      scopes: ['all.Application'],
      async run({ experienceGroupId: id, experienceGroup: patch }, { platform }) {
        checkGroup(patch)
        const set = {
          updated_at: platform.clock.now(),
          name: patch.name,
          description: patch.description,
          parent_id: patch.parentId,
          tags: toColumn(patch.groupTags),
          endpoint_ids: toColumn(patch.experienceEndpointIds),
          device_tags: toColumn(patch.deviceTags),
          device_query: patch.deviceQueryJson,
        }
        return platform.store.write(async (tx) => {
          // The check comes before the parent is set, since it would not see a circle that is already there.
          await relate(tx, id, patch)
          await tx.updateTable('experience_groups').set(set).where('id', '=', id).execute()
          return readGroup(platform, tx, id)
        })
      },
    }),

    delete: defineAction({
      summary: 'Deletes an experience group. Its users and devices stay; the groups below it lose their parent.',
      method: 'DELETE',
      path,
      params: closed({ experienceGroupId }),
      result: Success,
      scopes: ['all.Application'],
      run: ({ experienceGroupId: id }, { platform }) =>
        platform.store.write(async (tx) => {
          const { numDeletedRows } = await tx.deleteFrom('experience_groups').where('id', '=', id).executeTakeFirst()
          if (numDeletedRows === 0n) throw notFound({ what: 'Experience group' })
          await tx.deleteFrom('experience_group_users').where('group_id', '=', id).execute()
          await tx.deleteFrom('experience_group_devices').where('group_id', '=', id).execute()
          await tx.updateTable('experience_groups').set({ parent_id: null }).where('parent_id', '=', id).execute()
          return { success: true as const }
        }),
    }),
  },
}

/** Counts the devices of the group, and of the groups below it if `includesBelow`. */
async function countDevices({ store }: Platform, id: string, includesBelow: boolean): Promise<number> {
  const condition = includesBelow
    ? await compileDeviceQuery(store, { experienceGroupId: id })
    : await compileOwnDevices(store, id)
  return countRows(store.read, sql`devices where ${condition}`)
}
