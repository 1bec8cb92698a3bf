import type { Run } from '../node.ts'
import type { Payload } from '../values/payload.ts'
import type { LinkedNode } from './linked-flow.ts'

/** What stopped a passage or a stretch of it, and at which node. */
export interface Failure {
  readonly error: unknown
  readonly node: LinkedNode | undefined
  readonly payload: Payload
  /** Where `node` uses a custom node: the nodes of it and of those that it uses, down to the one that threw. */
  readonly within?: readonly LinkedNode[]
}

/** Branches that end together: those of the whole passage, of one iteration, or of one use of a custom node. */
export interface Stretch {
  /** What its nodes are visited with. */
  readonly run: Run
  /** Branches that wait for a promise. */
  waiting: number
  /** A branch has come to a `break`. */
  isBroken: boolean
  /** What stopped the stretch before its end. */
  failure: Failure | undefined
  /** Called once nothing waits any more, and at a failure. */
  onEnd: () => void
}

export function createStretch(run: Run): Stretch {
  return { run, waiting: 0, isBroken: false, failure: undefined, onEnd: () => undefined }
}

/** Of a stretch that waits. */
export function ended(stretch: Stretch): Promise<void> {
  return new Promise((resolve) => {
    stretch.onEnd = resolve
  })
}

/** Thrown where a loop is visited: a node of its iterations failed. Thrown at any node: the passage was halted below it. */
export class IterationFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super('An iteration failed.')
    this.failure = failure
  }
}

/** Thrown where a custom node is used: one of its nodes failed. */
export class CustomNodeFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super('A custom node failed.')
    this.failure = failure
  }
}
