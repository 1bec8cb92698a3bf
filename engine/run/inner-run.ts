import type { Returned } from '../custom-node.ts'
import type { Run } from '../node.ts'
import type { Reply, Services } from '../services.ts'
import { Passage } from './passage.ts'

/** The run as the nodes of a custom node see it: the run that uses it, except for `within` and `leave`. */
export class InnerRun implements Run {
  readonly within: string
  readonly passage: Passage
  /** The first return wins. */
  returned: Returned | undefined

  constructor(passage: Passage, within: string) {
    this.passage = passage
    this.within = within
  }

  get id(): string {
    return this.passage.id
  }

  get services(): Services {
    return this.passage.services
  }

  get depth(): number {
    return this.passage.depth
  }

  get signal(): AbortSignal {
    return this.passage.signal
  }

  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void {
    this.passage.log(level, message, details)
  }

  reply(reply: Reply): boolean {
    return this.passage.reply(reply)
  }

  leave(output: string, value: unknown): boolean {
    if (this.returned) return false
    this.returned = { output, value }
    return true
  }
}

/** The passage behind a run, for nodes that run other nodes. */
export function passageOf(run: Run): Passage {
  if (run instanceof Passage) return run
  if (run instanceof InnerRun) return run.passage
  throw new TypeError('A loop and a custom node are visited in a passage.')
}
