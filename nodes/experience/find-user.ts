import type { Run } from '../../engine/node.ts'
import { defineError } from '../../errors.ts'

const refused = defineError<{ message: string }>(
  'FLOW_GET_USER_REFUSED',
  500,
  ({ message }) => `The user cannot be read: ${message}`,
)

export interface FoundUser {
  readonly id: string
  readonly experienceGroups?: readonly { readonly id: string }[]
}

/** The user with this ID or address, or `null`. Throws where the platform fails: that must not look like "nobody". */
export async function findUser(run: Run, idOrEmail: string): Promise<FoundUser | null> {
  const outcome = await run.services.api('experienceUser.get', { experienceUserId: idOrEmail })
  // Boundary: what the platform answers.
  if (!('error' in outcome)) return outcome.result as FoundUser
  // 400 is what the platform says to what can be neither an ID nor an address: that names nobody either.
  if ([400, 404].includes(outcome.error.statusCode)) return null
  throw refused({ message: outcome.error.message })
}
