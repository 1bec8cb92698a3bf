/** The two kinds of helpers: functions that return a value, and conditions. */
import type { Payload } from '../values/payload.ts'

export interface HelperOptions {
  /** The `key=value` arguments. */
  readonly hash: Readonly<Record<string, unknown>>
  /** The payload that the template is rendered for; it knows the clock of its run. */
  readonly payload: Payload
  /** Whether the text around the template will be read as JSON. */
  readonly isJson?: boolean | undefined
}

export type ValueHelper = (args: readonly unknown[], options: HelperOptions) => unknown

/** A block that is rendered or not, such as `#eq`. In a subexpression it is true or false. */
export interface ConditionHelper {
  /** How many arguments it takes. */
  readonly arity: number
  test(args: readonly unknown[], options: HelperOptions): boolean
  /**
   * Called at load with the arguments that are literals (`undefined` for the others). Throws an `Error` with a message
   * for the developer if they make no sense. May return a `test` that has them built in.
   */
  specialize?(literals: readonly unknown[]): ConditionHelper['test']
}
