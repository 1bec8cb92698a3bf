/** One experience user. */
import { sql } from 'kysely'
import Type from 'typebox'
import { notFound } from '../base/refusals.ts'
import {
  ExperienceUserRecord,
  emailTaken,
  readUser,
  readUserRow,
  toEmailKey,
  UserPatch,
  userGroups,
} from '../records/experience-user-record.ts'
import { closed, Success, toColumn, toMs } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

const path = '/applications/{applicationId}/experience/users/{experienceUserId}'
const experienceUserId = Type.String({ minLength: 1, maxLength: 1024, description: 'ID or e-mail address.' })

export const experienceUser: Resource = {
  name: 'experienceUser',
  summary: 'One experience user.',
  actions: {
    get: defineAction({
      summary: 'Returns an experience user.',
      method: 'GET',
      path,
      params: closed({ experienceUserId }),
      result: ExperienceUserRecord,
      scopes: ['all.Application', 'all.Application.read'],
      run: (params, { platform }) => readUser(platform, platform.store.read, params.experienceUserId),
    }),

    patch: defineAction({
      summary:
        'Changes an experience user. A new password ends the tokens that were issued before, and so does a `tokenCutoff`.',
      method: 'PATCH',
      path,
      body: 'experienceUser',
      params: closed({ experienceUserId, experienceUser: UserPatch }),
      result: ExperienceUserRecord,
      scopes: ['all.Application'],
      async run({ experienceUserId: idOrEmail, experienceUser: patch }, { platform, address }) {
        const passwordHash =
          patch.password === undefined ? undefined : await platform.passwords.hash(patch.password, address)
        const now = platform.clock.now()
        return platform.store.write(async (tx) => {
          const user = await readUserRow(tx, idOrEmail)
          if (!user) throw notFound({ what: 'Experience user' })
          const emailKey = patch.email === undefined ? undefined : toEmailKey(patch.email)
          const isNewEmail = emailKey !== undefined && emailKey !== user.email_key
          if (isNewEmail && (await readUserRow(tx, emailKey))) throw emailTaken()
          const set = {
            updated_at: now,
            email: patch.email,
            email_key: emailKey,
            first_name: patch.firstName,
            last_name: patch.lastName,
            token_cutoff: toMs(patch.tokenCutoff),
            tags: toColumn(patch.userTags),
            ...(passwordHash === undefined ? {} : { password_hash: passwordHash, password_updated_at: now }),
            // By generation and not by time: a token of the same millisecond may be older or newer.
            ...(passwordHash === undefined || patch.keepTokens
              ? {}
              : { token_generation: sql<number>`token_generation + 1` }),
          }
          await tx.updateTable('experience_users').set(set).where('id', '=', user.id).execute()
          if (patch.experienceGroupIds) {
            await userGroups.replace(tx, user.id, patch.experienceGroupIds, 'experienceUser.experienceGroupIds')
          }
          return readUser(platform, tx, user.id)
        })
      },
    }),

    delete: defineAction({
      summary: 'Deletes an experience user. The tokens of the user are refused from then on.',
      method: 'DELETE',
      path,
      params: closed({ experienceUserId }),
      result: Success,
      scopes: ['all.Application'],
      run: (params, { platform }) =>
        platform.store.write(async (tx) => {
          const user = await readUserRow(tx, params.experienceUserId)
          if (!user) throw notFound({ what: 'Experience user' })
          await tx.deleteFrom('experience_users').where('id', '=', user.id).execute()
          await tx.deleteFrom('experience_group_users').where('user_id', '=', user.id).execute()
          await tx.deleteFrom('known_networks').where('account', '=', user.id).execute()
          return { success: true as const }
        }),
    }),
  },
}
