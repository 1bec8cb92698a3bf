import { FlowpotError } from '../../contracts/errors.ts'
import { type RefusalSite, refuse } from './refuse.ts'

/** Leaves by `else` with `{ error: { type, message } }` where what a node asked of the outside failed, or fails the run. */
export function failedEffect(error: unknown, site: RefusalSite): 'else' {
  // Anything else is the end of the run, or a defect.
  if (!(error instanceof FlowpotError) || !site.wired.has('else')) throw error
  return refuse({ type: error.code, message: error.message }, site)
}
