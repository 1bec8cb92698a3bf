/**
 * One passage of a payload through a flow, from a trigger on: walks the linked nodes, synchronously until a node
 * returns a promise.
 *
 *   running ──every branch has ended──▶ ended
 *      └─────a node throws, or time is up──▶ halted: no branch visits another node
 *
 * The passage is the stretch of its branches. An iteration of a loop is a stretch of its own, and so is the use of a custom
 * node: it ends when its own branches have, and what fails in it is for the loop to throw, or for the node that uses it.
 */
import type { Limits, RunLog, RunRequest } from '../application.ts'
import type { Returned } from '../custom-node.ts'
import type { Run } from '../node.ts'
import type { Reply, Services } from '../services.ts'
import { giveClock } from '../templates/clock.ts'
import { observeMissing } from '../values/missing.ts'
import type { Payload } from '../values/payload.ts'
import { payloadTooDeep, payloadTooLarge, runTimedOut, tooManyVisits } from './errors.ts'
import { breaking, type LinkedNode } from './linked-flow.ts'
import { measure } from './payload-size.ts'
import type { RunScope } from './run-scope.ts'
import type { RunWatch } from './run-watch.ts'
import { CustomNodeFailed, createStretch, type Failure, IterationFailed, type Stretch } from './stretch.ts'

export interface PassageEnd {
  readonly failure: Failure | undefined
  readonly payload: Payload
  /** Of a custom node's flow that was started by itself. */
  readonly returned: Returned | undefined
}

export interface PassageOptions {
  readonly request: RunRequest
  readonly flowName: string
  readonly payload: Payload
  readonly scope: RunScope
  /** Of a run whose visits somebody watches. */
  readonly watch: RunWatch | undefined
  /** The first reply wins; whether this one did. */
  onReply(reply: Reply): boolean
  onEnd(end: PassageEnd): void
}

/**
 * What one node brings onto the payload is bounded by where it comes from, so the size is taken when a run begins and then
 * once in so many visits, after one that waited: 2.4 µs each time for a request's payload.
 */
const visitsPerMeasurement = 8

/**
 * Nodes that wait for nothing can only multiply what is there. Between them the size is taken again once it would be past the limit if each
 * had doubled it. Where the payload has many parts, which may be gone through in as many small steps, and has not doubled since the
 * last time, that has to pay: after as many visits or, of nodes that take long, many times the time that it took. A loop that does next to
 * nothing takes a tenth more for it.
 */
const fewParts = 64
const timesItsOwnTime = 16

export class Passage implements Run, Stretch {
  readonly id: string
  readonly services: Services
  readonly depth: number
  readonly run: Run = this
  waiting = 0
  isBroken = false
  failure: Failure | undefined = undefined
  private readonly options: PassageOptions
  private readonly watch: RunWatch | undefined
  private readonly runLog: RunLog
  private readonly time: unknown
  private returned: Returned | undefined
  private visits = 0
  private measureAt = visitsPerMeasurement
  private growsUntil = 0
  private lastSize = Number.POSITIVE_INFINITY
  private paidAt = 0
  private paidAtMs = 0
  private isHalted = false
  private payload: Payload
  private timer: NodeJS.Timeout | undefined
  private controller: AbortController | undefined

  constructor(options: PassageOptions) {
    this.options = options
    this.id = options.request.id
    this.services = options.request.services
    this.depth = options.request.depth ?? 0
    this.watch = options.watch
    this.runLog = options.request.log
    this.payload = options.payload
    this.time = options.payload.time
  }

  /** Made when a node asks for it: most nodes never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.isHalted) this.controller.abort()
    return this.controller.signal
  }

  get within(): string {
    return ''
  }

  /** `time` of the payload that it began with, in milliseconds since 1970. */
  get startedAt(): number | undefined {
    return this.time instanceof Date ? this.time.getTime() : this.request.time
  }

  get limits(): Limits {
    return this.options.scope.limits
  }

  get request(): RunRequest {
    return this.options.request
  }

  get scope(): RunScope {
    return this.options.scope
  }

  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void {
    this.runLog(level, message, details)
  }

  reply(reply: Reply): boolean {
    return this.options.onReply(reply)
  }

  leave(output: string, value: unknown): boolean {
    if (this.returned) return false
    this.returned = { output, value }
    return true
  }

  begin(start: readonly LinkedNode[]): void {
    const { payload } = this.options
    try {
      this.adopt(payload)
      if (!this.measure(undefined, payload)) return
      this.follow(start, payload, this, undefined)
      this.endIfIdle(this)
    } catch (error) {
      this.halt({ error, node: undefined, payload })
    }
  }

  /** Begins an iteration of `loop`, which has ended when this returns unless it waits. */
  iterate(loop: LinkedNode, payload: Payload, run: Run): Stretch {
    const iteration = createStretch(run)
    if (++this.visits > this.limits.maxVisits) this.haltAtVisit(loop, payload)
    else {
      if (this.watch) this.tellVisit(loop, payload, this.watch.now(), 'do')
      this.follow(loop.targets.do ?? [], payload, iteration, loop)
    }
    return iteration
  }

  /** Begins the flow of a custom node, which has ended when this returns unless it waits. */
  enter(start: readonly LinkedNode[], payload: Payload, run: Run): Stretch {
    const use = createStretch(run)
    this.adopt(payload)
    this.changePayload()
    this.follow(start, payload, use, undefined)
    return use
  }

  /** What comes next is on a payload of its own, of which the size of the last one says nothing. */
  changePayload(): void {
    this.growsUntil = 0
  }

  /** Throws where a flow has nested its payload so deep that the stack overflows. */
  copy(payload: Payload): Payload {
    let copy: Payload
    try {
      copy = structuredClone(payload)
    } catch (cause) {
      throw cause instanceof RangeError ? payloadTooDeep({}, { cause }) : cause
    }
    this.adopt(copy, payload)
    return copy
  }

  /** Tells the templates that will read the payload of the run's clock, and of who watches it. */
  private adopt(payload: Payload, copyOf?: Payload): void {
    giveClock(payload, this.services.clock)
    if (!this.watch) return
    if (this.watch.missing) observeMissing(payload, this.watch.missing)
    this.watch.took(payload, copyOf)
  }

  /** `from` is the node that leads there. */
  private follow(
    targets: readonly LinkedNode[],
    payload: Payload,
    stretch: Stretch,
    from: LinkedNode | undefined,
  ): void {
    if (targets.length === 1) return this.walk(targets[0], payload, stretch)
    if (targets === breaking) stretch.isBroken = true
    let copies: readonly Payload[]
    try {
      // Every copy is made before any branch runs, so that none sees what another wrote.
      copies = targets.map(() => this.copy(payload))
    } catch (error) {
      return this.stop({ error, node: from, payload }, stretch)
    }
    targets.forEach((target, index) => {
      const copy = copies[index]
      if (copy) this.walk(target, copy, stretch)
    })
  }

  private walk(first: LinkedNode | undefined, payload: Payload, stretch: Stretch): void {
    // Nothing but a visit of this walk, which then returns, can halt it on the way.
    if (this.isHalted || stretch.failure) return
    let node = first
    while (node) {
      if (++this.visits > this.limits.maxVisits) return this.haltAtVisit(node, payload)
      let output: string | Promise<string>
      const began = this.watch?.now() ?? 0
      try {
        output = node.visit(payload, stretch.run)
      } catch (error) {
        return this.fail(error, node, payload, began, stretch)
      }
      if (typeof output !== 'string') return this.wait(output, node, payload, began, stretch)
      if (this.watch) this.tellVisit(node, payload, began, output)
      if (this.visits >= this.growsUntil && !this.mayGrowOn(node, payload)) return
      const targets: readonly LinkedNode[] = node.targets[output] ?? []
      if (targets.length !== 1) {
        this.payload = payload
        return this.follow(targets, payload, stretch, node)
      }
      node = targets[0]
    }
    this.payload = payload
  }

  private haltAtVisit(node: LinkedNode, payload: Payload): void {
    this.halt({ error: tooManyVisits({ max: this.limits.maxVisits }), node, payload })
  }

  private wait(output: Promise<string>, node: LinkedNode, payload: Payload, began: number, stretch: Stretch): void {
    stretch.waiting++
    this.timer ??= setTimeout(() => this.timeOut(), this.limits.runTimeoutMs)
    const fail = (error: unknown) => this.fail(error, node, payload, began, stretch)
    output.then(
      (name) => {
        stretch.waiting--
        // A promise more would cost each node that waits a turn.
        try {
          if (this.watch) this.tellVisit(node, payload, began, name)
          if (!this.isHalted && this.mayGoOn(node, payload)) {
            this.payload = payload
            this.follow(node.targets[name] ?? [], payload, stretch, node)
          }
          this.endIfIdle(stretch)
        } catch (error) {
          fail(error)
        }
      },
      (error: unknown) => {
        stretch.waiting--
        fail(error)
      },
    )
  }

  /** Whether the payload, which is measured now and then, has not grown too large. */
  mayGoOn(node: LinkedNode, payload: Payload): boolean {
    return this.visits < this.measureAt || this.measure(node, payload)
  }

  private mayGrowOn(node: LinkedNode, payload: Payload): boolean {
    const isPaid = this.visits >= this.paidAt || performance.now() >= this.paidAtMs
    return !isPaid || this.measure(node, payload)
  }

  private measure(node: LinkedNode | undefined, payload: Payload): boolean {
    const { maxPayloadBytes } = this.limits
    const began = performance.now()
    const { size, parts } = measure(payload, maxPayloadBytes)
    const now = performance.now()
    this.growsUntil = this.visits + Math.log2(maxPayloadBytes / size)
    this.paidAt = parts <= fewParts || size > 2 * this.lastSize ? this.visits : this.visits + parts
    this.lastSize = size
    this.paidAtMs = now + (now - began) * timesItsOwnTime
    this.measureAt = this.visits + visitsPerMeasurement
    if (size <= maxPayloadBytes) return true
    this.halt({ error: payloadTooLarge({ max: maxPayloadBytes }), node, payload })
    return false
  }

  private timeOut(): void {
    const { runTimeoutMs } = this.limits
    const error = runTimedOut({ flow: this.options.flowName, timeoutMs: runTimeoutMs })
    this.halt({ error, node: undefined, payload: this.payload })
  }

  /** A visit threw. */
  private fail(thrown: unknown, node: LinkedNode, payload: Payload, began: number, stretch: Stretch): void {
    const failure = failureAt(node, payload, thrown)
    this.tellVisit(node, payload, began, undefined, failure.error)
    this.stop(failure, stretch)
  }

  /** What waits in it yet is ignored; where the stretch is the whole passage, that has failed. */
  private stop(failure: Failure, stretch: Stretch): void {
    if (stretch === this) return this.halt(failure)
    if (stretch.failure) return
    stretch.failure = failure
    stretch.onEnd()
  }

  /** The first failure is the passage's; it ends at once, and what still waits is told by `signal` and then ignored. */
  private halt(failure: Failure): void {
    if (this.isHalted) return
    this.isHalted = true
    this.failure = failure
    this.controller?.abort()
    this.end(failure, failure.payload)
  }

  private endIfIdle(stretch: Stretch): void {
    if (stretch.waiting > 0 || this.isHalted) return
    if (stretch === this) this.isHalted = true
    stretch.onEnd()
  }

  onEnd(): void {
    this.end(undefined, this.payload)
  }

  private end(failure: Failure | undefined, payload: Payload): void {
    clearTimeout(this.timer)
    this.options.onEnd({ failure, payload, returned: this.returned })
  }

  private tellVisit(
    node: LinkedNode,
    payload: Payload,
    began: number,
    output: string | undefined,
    error?: unknown,
  ): void {
    if (!this.watch) return
    this.watch.visited({
      id: node.id,
      nodeName: node.name,
      type: node.type,
      flow: node.flow.name,
      file: node.flow.file,
      line: node.line,
      payload,
      output,
      began,
      ms: this.watch.now() - began,
      ...(error === undefined ? {} : { error }),
    })
  }
}

function failureAt(node: LinkedNode, payload: Payload, thrown: unknown): Failure {
  if (thrown instanceof IterationFailed) return thrown.failure
  if (!(thrown instanceof CustomNodeFailed)) return { error: thrown, node, payload }
  const { error, node: inner, within = [] } = thrown.failure
  return { error, node, payload, within: inner ? [inner, ...within] : within }
}
