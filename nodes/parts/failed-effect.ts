import { FlowpotError } from '../../contracts/errors.ts'
import { type RefusalSite, refuse } from './refuse.ts'

/** Handles an effect that failed: leaves by `else` with `{ error: { type, message } }`, or fails the run. */
export function failedEffect(error: unknown, site: RefusalSite): 'else' {
  // Any other error means that the run has ended, or is a defect.
  if (!(error instanceof FlowpotError) || !site.wired.has('else')) throw error
  return refuse({ type: error.code, message: error.message }, site)
}
