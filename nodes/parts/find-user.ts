import type { Run } from '../../engine/node.ts'
import { findByAction } from './call-platform.ts'

export interface FoundUser {
  readonly id: string
  readonly experienceGroups?: readonly { readonly id: string }[]
}

/** The user with this ID or address, or `null`. Throws if the platform fails, which must not look like "nobody". */
export async function findUser(run: Run, idOrEmail: string): Promise<FoundUser | null> {
  // The platform answers 400 to a text that can be neither an ID nor an address, and so names nobody either.
  const user = await findByAction(run, 'experienceUser.get', { experienceUserId: idOrEmail }, [400, 404])
  return user as FoundUser | null // boundary: the platform's answer
}
