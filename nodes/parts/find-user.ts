import type { Run } from '../../engine/node.ts'
import { resultOf } from './settle.ts'

export interface FoundUser {
  readonly id: string
  readonly experienceGroups?: readonly { readonly id: string }[]
}

/** The user with this ID or address, or `null`. Throws if the platform fails, which must not look like "nobody". */
export async function findUser(run: Run, idOrEmail: string): Promise<FoundUser | null> {
  const call = 'experienceUser.get'
  const outcome = await run.services.api(call, { experienceUserId: idOrEmail })
  // The platform answers 400 to a text that can be neither an ID nor an address, and so names nobody either.
  if ('error' in outcome && [400, 404].includes(outcome.error.statusCode)) return null
  // Boundary: the platform's answer.
  return resultOf(call, outcome) as FoundUser
}
