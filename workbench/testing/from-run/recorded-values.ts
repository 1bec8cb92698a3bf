/** Prepares values of a recorded run for a test. Secrets are not in the record, so something made up replaces them. */

import { redacted } from '../../../engine/secret-names.ts'
import { changeLeaves } from '../../dry-run/plain-value.ts'

/** Stands in a test where a secret was taken out of the record. Long enough to be a password. */
export const madeUp = 'made-up-for-this-test'

export function isRedacted(value: unknown): value is string {
  return typeof value === 'string' && value.includes(redacted)
}

/** The value with something made up in place of each secret. */
export function withMadeUp(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(redacted, madeUp)
  return changeLeaves(value, withMadeUp, (key) => key.replaceAll(redacted, madeUp))
}

/** The map without what is `undefined`. */
export function compact(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined))
}
