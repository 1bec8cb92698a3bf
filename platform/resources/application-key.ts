/** One access key. */
import Type from 'typebox'
import { checkAddresses } from '../auth/key-addresses.ts'
import { notFound } from '../base/refusals.ts'
import { KeyFields, KeyName, KeyStatus, keySettings, readKey } from '../records/application-key-record.ts'
import { closed, Id, Success, toColumn } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/keys/{applicationKeyId}'
const applicationKeyId = Id

export const applicationKey: Resource = {
  name: 'applicationKey',
  summary: 'One access key, with which devices authenticate.',
  actions: {
    get: defineAction({
      summary: 'Returns an access key, without its secret.',
      method: 'GET',
      path,
      params: closed({ applicationKeyId }),
      result: closed(KeyFields),
      scopes: ['all.Application', 'all.Application.read'],
      run: (params, { platform }) => readKey(platform, platform.store.read, params.applicationKeyId),
    }),

    patch: defineAction({
      summary: 'Changes an access key. The devices that it admits cannot be changed.',
      method: 'PATCH',
      path,
      body: 'applicationKey',
      params: closed({
        applicationKeyId,
        applicationKey: closed({
          status: Type.Optional(KeyStatus),
          name: Type.Optional(Type.Union([KeyName, Type.Null()])),
          ...keySettings,
        }),
      }),
      result: closed(KeyFields),
      scopes: ['all.Application'],
      async run({ applicationKeyId: id, applicationKey: patch }, { platform }) {
        const set = {
          updated_at: platform.clock.now(),
          status: patch.status,
          description: patch.description,
          filter_type: patch.filterType,
          pub_topics: toColumn(patch.pubTopics),
          sub_topics: toColumn(patch.subTopics),
          name: patch.name,
          address_filter_type: patch.addressFilterType,
          addresses: toColumn(patch.addresses),
        }
        const key = await platform.store.write(async (tx) => {
          await tx.updateTable('application_keys').set(set).where('id', '=', id).execute()
          const changed = await readKey(platform, tx, id)
          checkAddresses(changed.addressFilterType, changed.addresses)
          return changed
        })
        platform.events.emit('keyChanged', { applicationKeyId: id })
        return key
      },
    }),

    delete: defineAction({
      summary: 'Deletes an access key. Devices that signed in with it are refused from then on.',
      method: 'DELETE',
      path,
      params: closed({ applicationKeyId }),
      result: Success,
      scopes: ['all.Application'],
      async run({ applicationKeyId: id }, { platform }) {
        await platform.store.write(async (tx) => {
          const { numDeletedRows } = await tx.deleteFrom('application_keys').where('id', '=', id).executeTakeFirst()
          if (numDeletedRows === 0n) throw notFound({ what: 'Access key' })
          await tx.deleteFrom('application_key_devices').where('key_id', '=', id).execute()
        })
        platform.events.emit('keyChanged', { applicationKeyId: id })
        return { success: true as const }
      },
    }),
  },
}
