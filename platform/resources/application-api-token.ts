/** One API token of the application. */
import Type from 'typebox'
import { refuseExcess } from '../auth/scopes.ts'
import { notFound } from '../base/refusals.ts'
import { readApiToken, TokenStatus, tokenFields } from '../records/api-token-record.ts'
import { closed, Description, Id, Name, Success } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/tokens/{apiTokenId}'
const apiTokenId = Id

export const applicationApiToken: Resource = {
  name: 'applicationApiToken',
  summary: 'One token for the REST API.',
  actions: {
    get: defineAction({
      summary: 'Returns an API token, without its value.',
      method: 'GET',
      path,
      params: closed({ apiTokenId }),
      result: closed(tokenFields),
      scopes: ['all.Application', 'all.Application.read'],
      run: (params, { platform }) => readApiToken(platform, platform.store.read, params.apiTokenId),
    }),

    patch: defineAction({
      summary: 'Changes an API token. An inactive one is refused.',
      method: 'PATCH',
      path,
      body: 'apiToken',
      params: closed({
        apiTokenId,
        apiToken: closed({
          name: Type.Optional(Name),
          description: Type.Optional(Description),
          status: Type.Optional(TokenStatus),
        }),
      }),
      result: closed(tokenFields),
      scopes: ['all.Application'],
      async run({ apiTokenId: id, apiToken: patch }, { platform, actor }) {
        const set = { ...patch, updated_at: platform.clock.now() }
        const token = await platform.store.write(async (tx) => {
          const { scope } = await readApiToken(platform, tx, id)
          // As when it is created: whoever makes a token usable must not get more rights by it than they have.
          if (patch.status === 'active') refuseExcess(scope, actor)
          await tx.updateTable('api_tokens').set(set).where('id', '=', id).execute()
          return readApiToken(platform, tx, id)
        })
        platform.events.emit('apiTokenChanged', { apiTokenId: id })
        return token
      },
    }),

    delete: defineAction({
      summary: 'Deletes an API token. It is refused from then on.',
      method: 'DELETE',
      path,
      params: closed({ apiTokenId }),
      result: Success,
      scopes: ['all.Application'],
      async run({ apiTokenId: id }, { platform }) {
        await platform.store.write(async (tx) => {
          const { numDeletedRows } = await tx.deleteFrom('api_tokens').where('id', '=', id).executeTakeFirst()
          if (numDeletedRows === 0n) throw notFound({ what: 'API token' })
        })
        platform.events.emit('apiTokenChanged', { apiTokenId: id })
        return { success: true as const }
      },
    }),
  },
}
