/** The access keys of the application. */
import Type from 'typebox'
import { checkAddresses } from '../auth/key-addresses.ts'
import { createSecret, hashSecret } from '../auth/secrets.ts'
import { invalid } from '../base/refusals.ts'
import { AdvancedQuery } from '../records/advanced-query.ts'
import { compileKeyQuery } from '../records/application-key-query.ts'
import { KeyFields, KeyName, keyDevices, keySettings, toKey, toKeys } from '../records/application-key-record.ts'
import { type ListSpec, list, listParams, listResult } from '../records/list.ts'
import { closed, Ids, TagFilters } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { insertRows } from '../store/insert-rows.ts'

const path = '/applications/{applicationId}/keys'
const spec: ListSpec<'application_keys'> = {
  table: 'application_keys',
  sort: { creationDate: 'created_at', key: 'key', name: 'name', status: 'status', id: 'id', lastUpdated: 'updated_at' },
  sortDirection: 'desc',
  filter: { key: 'key', name: 'name', status: 'status' },
}

export const applicationKeys: Resource = {
  name: 'applicationKeys',
  summary: 'Access keys, with which devices authenticate.',
  actions: {
    get: defineAction({
      summary: 'Lists access keys, without their secrets.',
      method: 'GET',
      path,
      params: closed({ ...listParams(spec), query: Type.Optional(AdvancedQuery) }),
      result: listResult(closed(KeyFields)),
      scopes: ['all.Application', 'all.Application.read'],
      run({ query, ...rest }, { platform }) {
        const toItems = (rows: Parameters<typeof toKeys>[2]) => toKeys(platform, platform.store.read, rows)
        if (query === undefined) return list(spec, rest, platform, [], toItems)
        const { filter: _, filterField: __, ...unfiltered } = rest
        return list(spec, unfiltered, platform, [compileKeyQuery(query, platform.store.dialect)], toItems)
      },
    }),

    post: defineAction({
      summary: 'Creates an access key. Its secret is shown here and never again.',
      method: 'POST',
      path,
      body: 'applicationKey',
      status: 201,
      params: closed({
        applicationKey: closed({
          name: Type.Optional(KeyName),
          deviceIds: Type.Optional(Ids),
          deviceTags: Type.Optional(TagFilters),
          ...keySettings,
        }),
      }),
      result: closed({ ...KeyFields, secret: Type.String() }),
      scopes: ['all.Application'],
      async run({ applicationKey: key }, { platform }) {
        const deviceIds = [...new Set(key.deviceIds)].sort()
        const deviceTags = key.deviceTags ?? []
        const isRestricted = key.deviceIds !== undefined || key.deviceTags !== undefined
        // A list that is empty by mistake must not make a key for every device.
        if (isRestricted && deviceIds.length === 0 && deviceTags.length === 0) {
          throw invalid({
            problem: 'applicationKey.deviceIds is empty: leave it out for a key that every device may use',
          })
        }
        checkAddresses(key.addressFilterType, key.addresses ?? [])
        const secret = createSecret(platform.random)
        const now = platform.clock.now()
        const row = {
          id: platform.newId(),
          key: createKey(platform.random.bytes(16)),
          secret_hash: hashSecret(secret),
          status: 'active',
          description: key.description ?? '',
          is_restricted: isRestricted ? 1 : 0,
          device_tags: JSON.stringify(deviceTags),
          filter_type: key.filterType ?? 'none',
          pub_topics: JSON.stringify(key.pubTopics ?? []),
          sub_topics: JSON.stringify(key.subTopics ?? []),
          name: key.name ?? null,
          address_filter_type: key.addressFilterType ?? 'all',
          addresses: JSON.stringify(key.addresses ?? []),
          created_at: now,
          updated_at: now,
        }
        await platform.store.write(async (tx) => {
          await insertRows(tx, 'application_keys', [row])
          await keyDevices.add(tx, row.id, deviceIds, 'applicationKey.deviceIds')
        })
        return { ...toKey(row, platform.applicationId, deviceIds), secret }
      },
    }),
  },
}

/** A UUID, like Losant's keys. */
function createKey(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
