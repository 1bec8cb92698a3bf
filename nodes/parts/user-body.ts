import type { CompiledValue } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'

interface UserFields {
  readonly email?: CompiledValue
  readonly password?: CompiledValue
  readonly firstName?: CompiledValue
  readonly lastName?: CompiledValue
  readonly tags?: CompiledValue
  readonly groups?: CompiledValue
}

/** What a node's fields say of a user, under the platform's names. What is missing is left out: the platform would refuse the `undefined`. */
export function userBody(fields: UserFields, payload: Payload): Record<string, unknown> {
  const body = {
    email: fields.email?.(payload),
    password: fields.password?.(payload),
    firstName: fields.firstName?.(payload),
    lastName: fields.lastName?.(payload),
    userTags: fields.tags?.(payload),
    experienceGroupIds: fields.groups?.(payload),
  }
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
}
