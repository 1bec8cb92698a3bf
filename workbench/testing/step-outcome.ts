/** The outcome of a step of a test, and why a test fails. */

import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { RunOutcome } from '../../engine/application.ts'
import type { DryReply } from '../dry-run/ask.ts'
import type { ShownVisit } from '../dry-run/record-run.ts'
import type { Node, StepTrace } from './stand-in.ts'

export interface StepOutcome {
  readonly reply: DryReply | undefined
  readonly called: ApiOutcome | undefined
  /** How the run ended; `undefined` if none was started. */
  readonly outcome: RunOutcome | undefined
  readonly visits: readonly ShownVisit[]
  readonly trace: StepTrace
  /** How the test calls a node. */
  readonly nameOf: (node: Node) => string | undefined
}

/** Why a test fails. */
export interface Failure {
  /** Line of the step in the file of the test, or of the part of it that is wrong. */
  readonly line: number
  readonly step?: number | undefined
  readonly message?: string
  readonly hint?: string
  readonly differences?: readonly PlacedDifference[]
  /** The node that replied, with its place. */
  readonly repliedBy?: string
  readonly way?: readonly ShownVisit[]
}

export interface PlacedDifference {
  /** `body.items[0].name`. */
  readonly path: string
  readonly expected: string
  readonly actual: string
  /** Line of the expectation. */
  readonly line: number
}
