/**
 * One passage of a payload through a flow, starting at a trigger. It visits the linked nodes synchronously until a node
 * returns a promise.
 *
 *   running ──every branch has ended──▶ ended
 *      └─────a node throws, time is up, or a wire says `stop`──▶ halted: no branch visits another node
 *
 * The passage is the stretch of its branches. An iteration of a loop is a stretch of its own, and so is the use of a custom
 * node: it ends when its own branches have ended, and its failure is thrown by the loop, or by the node that uses the custom node.
 */
import type { Limits, RunLog, RunRequest } from '../application.ts'
import type { Returned } from '../custom-node.ts'
import type { Run } from '../node.ts'
import type { Reply, Services } from '../services.ts'
import { giveClock } from '../templates/clock.ts'
import { copyValue } from '../values/copy.ts'
import { observeMissing } from '../values/missing.ts'
import type { Payload } from '../values/payload.ts'
import { payloadTooDeep, payloadTooLarge, runTimedOut, tooManyVisits } from './errors.ts'
import { breaking, type LinkedNode, stopping } from './linked-flow.ts'
import { measure } from './payload-size.ts'
import type { RunScope } from './run-scope.ts'
import type { RunWatch } from './run-watch.ts'
import { CustomNodeFailed, createStretch, type Failure, IterationFailed, RunStopped, type Stretch } from './stretch.ts'

export interface PassageEnd {
  readonly failure: Failure | undefined
  readonly payload: Payload
  /** What a custom node returned that was started directly and not by a flow. */
  readonly returned: Returned | undefined
}

export interface PassageOptions {
  readonly request: RunRequest
  readonly flowName: string
  readonly payload: Payload
  readonly scope: RunScope
  /** Those of the application, or lower ones of the flow. */
  readonly limits: Limits
  /** Of a run whose visits somebody watches. */
  readonly watch: RunWatch | undefined
  /** Returns whether this reply is the first, which wins. */
  onReply(reply: Reply): boolean
  onEnd(end: PassageEnd): void
}

/**
 * What a single node adds to the payload is limited by its source, so the size is only measured when a run begins and then
 * once in so many visits, after one that waited. Measuring a request's payload takes 2.4 µs.
 */
const visitsPerMeasurement = 8

/**
 * Nodes that wait for nothing can only multiply what is there, so between them the size is measured again once it would exceed the
 * limit if each visit had doubled it. Measuring a payload with many parts is expensive, so if it has not doubled since the last time, the next
 * measurement waits for as many visits as it has parts or, for slow nodes, for many times the time that measuring took. A loop that does
 * almost nothing becomes a tenth slower by it.
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
  /** Whether a wire has ended the run by `stop`. */
  isStopped = false
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

  /** Created when a node asks for it, which most nodes never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.isHalted) this.controller.abort()
    return this.controller.signal
  }

  get within(): string {
    return ''
  }

  /** `time` of the first payload, in milliseconds since 1970. */
  get startedAt(): number | undefined {
    return this.time instanceof Date ? this.time.getTime() : this.request.time
  }

  get limits(): Limits {
    return this.options.limits
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

  /** Whether the passage may make so many more visits. If not, it is halted before it makes the first of them. */
  hasVisitsLeft(count: number, node: LinkedNode, payload: Payload): boolean {
    if (this.visits + count <= this.limits.maxVisits) return true
    this.haltAtVisit(node, payload)
    return false
  }

  /** Begins an iteration of `loop`. Unless the iteration waits, it has ended when this returns. */
  iterate(loop: LinkedNode, payload: Payload, run: Run): Stretch {
    const iteration = createStretch(run)
    if (++this.visits > this.limits.maxVisits) this.haltAtVisit(loop, payload)
    else {
      if (this.watch) this.tellVisit(loop, payload, this.watch.now(), 'do')
      this.follow(loop.targets.do ?? [], payload, iteration, loop)
    }
    return iteration
  }

  /** Begins the flow of a custom node. Unless the flow waits, it has ended when this returns. */
  enter(start: readonly LinkedNode[], payload: Payload, run: Run): Stretch {
    const use = createStretch(run)
    this.adopt(payload)
    this.changePayload()
    this.follow(start, payload, use, undefined)
    return use
  }

  /** The next nodes have another payload, so the size that was measured last no longer counts. */
  changePayload(): void {
    this.growsUntil = 0
  }

  /** Throws if a flow has nested its payload so deeply that the stack overflows. */
  copy(payload: Payload): Payload {
    let copy: Payload
    try {
      copy = copyValue(payload)
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
    if (targets === stopping) return this.stopRun(payload)
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
    // Only a visit of this walk can halt it, and the walk returns right after that.
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
        // Another promise would cost every node that waits one turn of the event loop.
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

  /** Measures the payload now and then, and returns whether it is still small enough. */
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

  /** Handles what a visit threw. */
  private fail(thrown: unknown, node: LinkedNode, payload: Payload, began: number, stretch: Stretch): void {
    // The run has ended, and inside of this node.
    if (thrown instanceof RunStopped) return this.tellVisit(node, payload, began, 'stop')
    const failure = failureAt(node, payload, thrown)
    this.tellVisit(node, payload, began, undefined, failure.error)
    this.stop(failure, stretch)
  }

  /** Whatever still waits in the stretch is ignored. If the stretch is the whole passage, the passage has failed. */
  private stop(failure: Failure, stretch: Stretch): void {
    if (stretch === this) return this.halt(failure)
    if (stretch.failure) return
    stretch.failure = failure
    stretch.onEnd()
  }

  /** The first failure is the passage's: it ends at once, `signal` aborts what still waits, and the results of that are ignored. */
  private halt(failure: Failure): void {
    if (this.isHalted) return
    this.isHalted = true
    this.failure = failure
    this.controller?.abort()
    this.end(failure, failure.payload)
  }

  /** Ends the passage without a failure, wherever it is; what still waits is aborted and ignored. */
  private stopRun(payload: Payload): void {
    if (this.isHalted) return
    this.isHalted = true
    this.isStopped = true
    this.controller?.abort()
    this.end(undefined, payload)
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
