/** The fields that say what a new token is like, for the nodes that sign one. */
import { Type } from 'typebox'
import { ValueOf } from '../../engine/schema.ts'
import { flag } from './flag.ts'

export const tokenLifetime = Type.Optional(
  ValueOf(Type.Integer({ minimum: 1 }), {
    description: "Seconds until the token expires; the platform's default where it is not given.",
  }),
)

export const tokenData = Type.Optional(
  ValueOf(Type.Record(Type.String(), Type.Unknown()), {
    description:
      'Travels in the token, readable by whoever holds it, and comes back at `experience.authInfo.extraData`.',
  }),
)

export const invalidateExistingTokens = flag('Refuses every token that the user was given before.')
