/** How a node leaves that computes its result from data which may be broken, such as JSON, CSV or a token: by `else` if it is. */

import type { CompiledValue } from '../../engine/schema.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { kindOf } from './kind-of.ts'
import { valueOrMissing } from './payload-values.ts'
import { refuse } from './refuse.ts'

/** Thrown for broken data. Its message says what is wrong in a sentence that a client may see. */
export class Refused extends Error {
  /** The kind of the refusal, for nodes that have more than one. */
  readonly type?: string
}

interface Site {
  readonly payload: Payload
  readonly result: Path
  /** Where the error goes. Defaults to `result`. */
  readonly errorResult?: Path | undefined
  readonly wired: ReadonlySet<string>
}

/** Puts what `read` gives at `result`, or `{ error }` if it throws `Refused`. Throws in that case if `else` is not wired. */
export function attempt(read: () => unknown, site: Site): 'then' | 'else' {
  const { payload, result, errorResult = result, wired } = site
  let value: unknown
  try {
    value = read()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { type, message } = error
    return refuse({ ...(type && { type }), message }, { payload, result: errorResult, wired })
  }
  result.set(payload, value)
  return 'then'
}

/** The text of a field. Throws `Refused` if the value is anything else. */
export function readText(source: CompiledValue, payload: Payload): string {
  const text = valueOrMissing(source, payload)
  if (typeof text === 'string') return text
  throw new Refused(text === undefined ? 'source is missing.' : `source must be a text, not ${kindOf(text)}.`)
}
