/** What a helper is: a function of values. */
import type { Payload } from '../values/payload.ts'

export interface HelperOptions {
  /** The `key=value` arguments. */
  readonly hash: Readonly<Record<string, unknown>>
  /** The payload that the template is rendered for; it knows the clock of its run. */
  readonly payload: Payload
  /** Whether the text that the template stands in is to be read as JSON. */
  readonly isJson?: boolean | undefined
}

export type ValueHelper = (args: readonly unknown[], options: HelperOptions) => unknown

/** A block that is there or not, such as `#eq`; in a subexpression it is its truth value. */
export interface ConditionHelper {
  /** How many arguments it takes. */
  readonly arity: number
  test(args: readonly unknown[], options: HelperOptions): boolean
  /**
   * Called at load with the arguments that are literals (`undefined` for the others). Throws an `Error` with a message
   * for the developer if they make no sense; may return a `test` that has them built in.
   */
  specialize?(literals: readonly unknown[]): ConditionHelper['test']
}
