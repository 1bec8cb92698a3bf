import type { Run } from '../node.ts'
import type { Payload } from '../values/payload.ts'
import type { LinkedNode } from './linked-flow.ts'

/** What stopped a passage or a stretch of it, and at which node. */
export interface Failure {
  readonly error: unknown
  readonly node: LinkedNode | undefined
  readonly payload: Payload
  /** If `node` uses a custom node: the nodes inside of it, from there down to the one that threw. */
  readonly within?: readonly LinkedNode[]
}

/** Branches that end together: those of the whole passage, of one iteration, or of one use of a custom node. */
export interface Stretch {
  /** The run that its nodes get. */
  readonly run: Run
  /** Branches that wait for a promise. */
  waiting: number
  /** Whether a branch has reached a `break`. */
  isBroken: boolean
  /** The failure that stopped the stretch. */
  failure: Failure | undefined
  /** Called when nothing waits any more, and at a failure. */
  onEnd: () => void
}

export function createStretch(run: Run): Stretch {
  return { run, waiting: 0, isBroken: false, failure: undefined, onEnd: () => undefined }
}

/** Resolves when a waiting stretch has ended. */
export function ended(stretch: Stretch): Promise<void> {
  return new Promise((resolve) => {
    stretch.onEnd = resolve
  })
}

/** A loop throws it if a node of an iteration failed, and any other node if the passage was halted inside of it. */
export class IterationFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super('An iteration failed.')
    this.failure = failure
  }
}

/** A loop and a node that uses a custom node throw it if the run was stopped inside of them. */
export class RunStopped extends Error {
  constructor() {
    super('The run was stopped.')
  }
}

/** A node that uses a custom node throws it if a node of the custom node failed. */
export class CustomNodeFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super('A custom node failed.')
    this.failure = failure
  }
}
