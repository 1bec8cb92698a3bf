/** The fields of the nodes that sign a token. */
import { Type } from 'typebox'
import { ValueOf } from '../../engine/schema.ts'
import { flag } from './flag.ts'

export const tokenLifetime = Type.Optional(
  ValueOf(Type.Integer({ minimum: 1 }), {
    description: "Seconds until the token expires. Defaults to the platform's setting.",
  }),
)

export const tokenData = Type.Optional(
  ValueOf(Type.Record(Type.String(), Type.Unknown()), {
    description:
      'Data that the token carries. Anyone who holds the token can read it, and flows find it at `experience.authInfo.extraData`.',
  }),
)

export const invalidateExistingTokens = flag('Invalidates every token that the user was given before.')
