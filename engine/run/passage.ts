/**
 * One passage of a payload through a flow, from a trigger on: walks the linked nodes, synchronously until a node
 * returns a promise.
 *
 *   running ──every branch has ended──▶ ended
 *      └─────a node throws, or time is up──▶ halted: no branch visits another node
 *
 * The passage is the stretch of its branches. An iteration of a loop is a stretch of its own: it ends when its own
 * branches have, and what fails in it is for the loop to throw.
 */
import type { Limits, RunLog, RunRequest, Trace } from '../application.ts'
import { breaking, type CompiledNode } from '../compile/compiled-flow.ts'
import { observeMissing } from '../missing.ts'
import type { Run } from '../node.ts'
import type { Payload } from '../payload.ts'
import type { Reply, Services } from '../services.ts'
import { giveClock } from '../templates/clock.ts'
import { payloadTooLarge, runTimedOut, tooManyVisits } from './errors.ts'
import { payloadSize } from './payload-size.ts'

/** What stopped a passage, and at which node. */
export interface Failure {
  readonly error: unknown
  readonly node: CompiledNode | undefined
  readonly payload: Payload
}

export interface PassageEnd {
  readonly failure: Failure | undefined
  readonly payload: Payload
}

/** Branches that end together: those of the whole passage, or of one iteration. */
export interface Stretch {
  /** Branches that wait for a promise. */
  waiting: number
  /** A branch has come to a `break`. */
  isBroken: boolean
  /** What stopped the stretch before its end. */
  failure: Failure | undefined
  /** Called once nothing waits any more, and at a failure. */
  onEnd: () => void
}

/** Thrown where a loop is visited: a node of its iterations failed. */
export class IterationFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super('An iteration failed.')
    this.failure = failure
  }
}

export interface PassageOptions {
  readonly request: RunRequest
  readonly flowName: string
  readonly payload: Payload
  readonly limits: Limits
  /** The first reply wins; whether this one did. */
  onReply(reply: Reply): boolean
  onEnd(end: PassageEnd): void
}

/**
 * What one node brings onto the payload is bounded by where it comes from, so the size is taken when a run begins and then
 * once in so many visits, after one that waited: 2.4 µs each time for a request's payload.
 */
const visitsPerMeasurement = 8

export class Passage implements Run, Stretch {
  readonly id: string
  readonly services: Services
  readonly depth: number
  waiting = 0
  isBroken = false
  failure: Failure | undefined = undefined
  private readonly options: PassageOptions
  private readonly trace: Trace | undefined
  private readonly runLog: RunLog
  private visits = 0
  private measureAt = visitsPerMeasurement
  private isHalted = false
  private payload: Payload
  private timer: NodeJS.Timeout | undefined
  private controller: AbortController | undefined

  constructor(options: PassageOptions) {
    this.options = options
    this.id = options.request.id
    this.services = options.request.services
    this.depth = options.request.depth ?? 0
    this.trace = options.request.trace
    this.runLog = options.request.log
    this.payload = options.payload
  }

  /** Made when a node asks for it: most nodes never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.isHalted) this.controller.abort()
    return this.controller.signal
  }

  get limits(): Limits {
    return this.options.limits
  }

  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void {
    this.runLog(level, message, details)
  }

  reply(reply: Reply): boolean {
    return this.options.onReply(reply)
  }

  begin(start: readonly CompiledNode[]): void {
    const { payload, limits } = this.options
    this.adopt(payload)
    if (payloadSize(payload, limits.maxPayloadBytes) > limits.maxPayloadBytes) {
      const error = payloadTooLarge({ max: limits.maxPayloadBytes })
      return this.halt({ error, node: undefined, payload })
    }
    this.follow(start, payload, this)
    this.endIfIdle(this)
  }

  /** Begins an iteration of `loop`, which has ended when this returns unless it waits. */
  iterate(loop: CompiledNode, payload: Payload): Stretch {
    const iteration: Stretch = { waiting: 0, isBroken: false, failure: undefined, onEnd: () => undefined }
    if (++this.visits > this.limits.maxVisits) this.haltAtVisit(loop, payload)
    else {
      if (this.trace) this.traceVisit(loop, payload, this.trace.now(), 'do')
      this.follow(loop.targets.do ?? [], payload, iteration)
    }
    return iteration
  }

  copy(payload: Payload): Payload {
    const copy = structuredClone(payload)
    this.adopt(copy, payload)
    return copy
  }

  /** Tells the templates that will read the payload of the run's clock and its trace. */
  private adopt(payload: Payload, copyOf?: Payload): void {
    giveClock(payload, this.services.clock)
    if (!this.trace) return
    if (this.trace.missing) observeMissing(payload, this.trace.missing)
    this.trace.adopt?.(payload, copyOf)
  }

  private follow(targets: readonly CompiledNode[], payload: Payload, stretch: Stretch): void {
    if (targets.length === 1) return this.walk(targets[0], payload, stretch)
    if (targets === breaking) stretch.isBroken = true
    // Every copy is made before any branch runs, so that none sees what another wrote.
    const copies = targets.map(() => this.copy(payload))
    targets.forEach((target, index) => {
      const copy = copies[index]
      if (copy) this.walk(target, copy, stretch)
    })
  }

  private walk(first: CompiledNode | undefined, payload: Payload, stretch: Stretch): void {
    // Nothing but a visit of this walk, which then returns, can halt it on the way.
    if (this.isHalted || stretch.failure) return
    let node = first
    while (node) {
      if (++this.visits > this.limits.maxVisits) return this.haltAtVisit(node, payload)
      let output: string | Promise<string>
      const began = this.trace?.now() ?? 0
      try {
        output = node.visit(payload, this)
      } catch (error) {
        return this.fail(error, node, payload, began, stretch)
      }
      if (typeof output !== 'string') return this.wait(output, node, payload, began, stretch)
      if (this.trace) this.traceVisit(node, payload, began, output)
      const targets: readonly CompiledNode[] = node.targets[output] ?? []
      if (targets.length !== 1) {
        this.payload = payload
        return this.follow(targets, payload, stretch)
      }
      node = targets[0]
    }
    this.payload = payload
  }

  private haltAtVisit(node: CompiledNode, payload: Payload): void {
    this.halt({ error: tooManyVisits({ max: this.limits.maxVisits }), node, payload })
  }

  private wait(output: Promise<string>, node: CompiledNode, payload: Payload, began: number, stretch: Stretch): void {
    stretch.waiting++
    this.timer ??= setTimeout(() => this.timeOut(), this.limits.runTimeoutMs)
    output.then(
      (name) => {
        stretch.waiting--
        if (this.trace) this.traceVisit(node, payload, began, name)
        if (!this.isHalted && this.mayGoOn(node, payload)) {
          this.payload = payload
          this.follow(node.targets[name] ?? [], payload, stretch)
        }
        this.endIfIdle(stretch)
      },
      (error: unknown) => {
        stretch.waiting--
        this.fail(error, node, payload, began, stretch)
      },
    )
  }

  /** Whether the payload, which is measured now and then, has not grown too large. */
  mayGoOn(node: CompiledNode, payload: Payload): boolean {
    const { maxPayloadBytes } = this.limits
    if (this.visits < this.measureAt) return true
    this.measureAt = this.visits + visitsPerMeasurement
    if (payloadSize(payload, maxPayloadBytes) <= maxPayloadBytes) return true
    this.halt({ error: payloadTooLarge({ max: maxPayloadBytes }), node, payload })
    return false
  }

  private timeOut(): void {
    const { runTimeoutMs } = this.limits
    const error = runTimedOut({ flow: this.options.flowName, timeoutMs: runTimeoutMs })
    this.halt({ error, node: undefined, payload: this.payload })
  }

  /** A visit threw. */
  private fail(thrown: unknown, node: CompiledNode, payload: Payload, began: number, stretch: Stretch): void {
    const failure = thrown instanceof IterationFailed ? thrown.failure : { error: thrown, node, payload }
    this.traceVisit(node, payload, began, undefined, failure.error)
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
    this.end({ failure, payload: failure.payload })
  }

  private endIfIdle(stretch: Stretch): void {
    if (stretch.waiting > 0 || this.isHalted) return
    if (stretch === this) this.isHalted = true
    stretch.onEnd()
  }

  onEnd(): void {
    this.end({ failure: undefined, payload: this.payload })
  }

  private end(end: PassageEnd): void {
    clearTimeout(this.timer)
    this.options.onEnd(end)
  }

  private traceVisit(
    node: CompiledNode,
    payload: Payload,
    began: number,
    output: string | undefined,
    error?: unknown,
  ): void {
    if (!this.trace) return
    this.trace.visit({
      id: node.id,
      nodeName: node.name,
      type: node.type,
      flow: node.flow.name,
      file: node.flow.file,
      line: node.line,
      payload,
      output,
      began,
      ms: this.trace.now() - began,
      ...(error === undefined ? {} : { error }),
    })
  }
}
