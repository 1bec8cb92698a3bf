import type { CompiledValue } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { defined } from './defined.ts'

interface UserFields {
  readonly email?: CompiledValue
  readonly password?: CompiledValue
  readonly firstName?: CompiledValue
  readonly lastName?: CompiledValue
  readonly tags?: CompiledValue
  readonly groups?: CompiledValue
}

/** A node's fields about a user, under the platform's names. Leaves out what is missing, since the platform would refuse `undefined`. */
export function userBody(fields: UserFields, payload: Payload) {
  return defined({
    email: fields.email?.(payload),
    password: fields.password?.(payload),
    firstName: fields.firstName?.(payload),
    lastName: fields.lastName?.(payload),
    userTags: fields.tags?.(payload),
    experienceGroupIds: fields.groups?.(payload),
  })
}
