/** The API tokens of the application. */
import Type from 'typebox'
import type { Actor } from '../auth/actor.ts'
import { createApiToken, insertApiToken } from '../auth/api-tokens.ts'
import { refuseExcess } from '../auth/scopes.ts'
import { invalid } from '../base/refusals.ts'
import { TokenStatus, toApiToken, tokenFields } from '../records/api-token-record.ts'
import { type ListSpec, list, listParams, listResult } from '../records/list.ts'
import { closed, Description, Id, Name, oneOf, Time } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/tokens'
const spec: ListSpec<'api_tokens'> = {
  table: 'api_tokens',
  sort: {
    name: 'name',
    status: 'status',
    id: 'id',
    creationDate: 'created_at',
    lastUpdated: 'updated_at',
    expirationDate: 'expires_at',
  },
  filter: { name: 'name', status: 'status' },
}

/** `all.Application`, `devices.*`, `devices.get`. A scope may name an action that only Losant or a later version has. It then allows nothing. */
const Scope = Type.String({
  pattern:
    '^(all\\.(Application|Application\\.read|Application\\.cli|Device|Device\\.read)|(?!all\\.)[a-zA-Z]+\\.([a-zA-Z]+|\\*))$',
  maxLength: 255,
})

export const applicationApiTokens: Resource = {
  name: 'applicationApiTokens',
  summary: 'Tokens for the REST API.',
  actions: {
    get: defineAction({
      summary: 'Lists API tokens, without their values.',
      method: 'GET',
      path,
      params: closed(listParams(spec)),
      result: Type.Interface([listResult(closed(tokenFields))], { ownerId: Id, ownerType: oneOf(['application']) }),
      scopes: ['all.Application', 'all.Application.read'],
      async run(params, { platform }) {
        const { applicationId } = platform
        const page = await list(spec, params, platform, [], (rows) => rows.map((row) => toApiToken(row, applicationId)))
        return { ...page, ownerId: applicationId, ownerType: 'application' as const }
      },
    }),

    post: defineAction({
      summary: 'Creates an API token. Its value is shown here and never again.',
      method: 'POST',
      path,
      body: 'apiToken',
      status: 201,
      params: closed({
        apiToken: closed({
          name: Name,
          description: Type.Optional(Description),
          expirationDate: Type.Optional(Time),
          scope: Type.Optional(Type.Array(Scope, { uniqueItems: true, maxItems: 500 })),
          status: Type.Optional(TokenStatus),
        }),
      }),
      result: closed({ ...tokenFields, token: Type.String() }),
      scopes: ['all.Application'],
      async run({ apiToken }, { platform, actor }) {
        const scope = apiToken.scope ?? ['all.Application']
        if (scope.length === 0) throw invalid({ problem: 'apiToken.scope is empty: the token could do nothing' })
        // Whoever may create tokens must not create one that may do more than they may.
        refuseExcess(scope, actor)
        const { row, value } = createApiToken(platform, {
          ...apiToken,
          scope,
          ...creator(actor, platform.applicationId),
        })
        await platform.store.write((tx) => insertApiToken(tx, row))
        return { ...toApiToken(row, platform.applicationId), token: value }
      },
    }),
  },
}

function creator(
  actor: Actor,
  applicationId: string,
): { creatorId: string; creatorType: 'apiToken' | 'user' | 'flow' } {
  if (actor.kind === 'apiToken') return { creatorId: actor.apiTokenId, creatorType: 'apiToken' }
  return { creatorId: applicationId, creatorType: actor.kind === 'flow' ? 'flow' : 'user' }
}
