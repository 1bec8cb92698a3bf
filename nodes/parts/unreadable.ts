/** How a node leaves that reads data as JSON, CSV and their like, which may be broken: what is wrong with them takes `else`. */

import type { CompiledValue } from '../../engine/schema.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { kindOf } from './kind-of.ts'
import { valueOrMissing } from './payload-values.ts'
import { refusalOf, refuse } from './refuse.ts'

/** Says what is wrong with the data, in a sentence that a client may see. */
export class Unreadable extends Error {}

export interface ReadingSite {
  readonly payload: Payload
  readonly result: Path
  /** Where the error goes, if not to `result`. */
  readonly errorResult?: Path | undefined
  readonly wired: ReadonlySet<string>
}

/** Puts what `read` gives at `result`. Where it throws `Unreadable`, `{ error }` stands there; without an `else` that fails the run. */
export function attempt(read: () => unknown, site: ReadingSite): 'then' | 'else' {
  const { payload, result, errorResult = result, wired } = site
  let value: unknown
  try {
    value = read()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return refuse(refusalOf(error), { payload, result: errorResult, wired })
  }
  result.set(payload, value)
  return 'then'
}

/** Throws `Unreadable` where there is no text. */
export function readText(source: CompiledValue, payload: Payload): string {
  const text = valueOrMissing(source, payload)
  if (typeof text === 'string') return text
  throw new Unreadable(text === undefined ? 'source is missing.' : `source must be a text, not ${kindOf(text)}.`)
}
