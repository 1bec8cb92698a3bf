/**
 * One passage of a payload through a flow, from a trigger on: walks the linked nodes, synchronously until a node
 * returns a promise.
 *
 *   running ──every branch has ended──▶ ended
 *      └─────a node throws, or time is up──▶ halted: no branch visits another node
 */
import type { Limits, RunLog, RunRequest, Trace } from '../application.ts'
import type { CompiledNode } from '../compile/compiled-flow.ts'
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

export class Passage implements Run {
  readonly id: string
  readonly services: Services
  private readonly options: PassageOptions
  private readonly trace: Trace | undefined
  private readonly runLog: RunLog
  private visits = 0
  private measureAt = visitsPerMeasurement
  private waiting = 0
  private isHalted = false
  private payload: Payload
  private timer: NodeJS.Timeout | undefined
  private controller: AbortController | undefined

  constructor(options: PassageOptions) {
    this.options = options
    this.id = options.request.id
    this.services = options.request.services
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
      this.halt(payloadTooLarge({ max: limits.maxPayloadBytes }), undefined, payload)
      return
    }
    this.follow(start, payload)
    this.endIfIdle()
  }

  /** Tells the templates that will read the payload of the run's clock and its trace. */
  private adopt(payload: Payload): void {
    giveClock(payload, this.services.clock)
    if (this.trace) observeMissing(payload, this.trace.missing)
  }

  private follow(targets: readonly CompiledNode[], payload: Payload): void {
    if (targets.length === 1) return this.walk(targets[0], payload)
    // Every copy is made before any branch runs, so that none sees what another wrote.
    const copies = targets.map(() => structuredClone(payload))
    targets.forEach((target, index) => {
      const copy = copies[index]
      if (!copy) return
      this.adopt(copy)
      this.walk(target, copy)
    })
  }

  private walk(first: CompiledNode | undefined, payload: Payload): void {
    let node = first
    while (node && !this.isHalted) {
      if (++this.visits > this.options.limits.maxVisits) {
        return this.halt(tooManyVisits({ max: this.options.limits.maxVisits }), node, payload)
      }
      let output: string | Promise<string>
      const began = this.trace?.now() ?? 0
      try {
        output = node.visit(payload, this)
      } catch (error) {
        this.traceVisit(node, began, undefined, error)
        return this.halt(error, node, payload)
      }
      if (typeof output !== 'string') return this.wait(output, node, payload, began)
      if (this.trace) this.traceVisit(node, began, output)
      const targets: readonly CompiledNode[] = node.targets[output] ?? []
      if (targets.length !== 1) {
        this.payload = payload
        return this.follow(targets, payload)
      }
      node = targets[0]
    }
    this.payload = payload
  }

  private wait(output: Promise<string>, node: CompiledNode, payload: Payload, began: number): void {
    this.waiting++
    this.timer ??= setTimeout(() => this.timeOut(), this.options.limits.runTimeoutMs)
    output.then(
      (name) => {
        this.waiting--
        if (this.trace) this.traceVisit(node, began, name)
        if (!this.isHalted) this.goOn(name, node, payload)
        this.endIfIdle()
      },
      (error: unknown) => {
        this.waiting--
        this.traceVisit(node, began, undefined, error)
        this.halt(error, node, payload)
        this.endIfIdle()
      },
    )
  }

  private goOn(output: string, node: CompiledNode, payload: Payload): void {
    const { maxPayloadBytes } = this.options.limits
    if (this.visits >= this.measureAt) {
      this.measureAt = this.visits + visitsPerMeasurement
      if (payloadSize(payload, maxPayloadBytes) > maxPayloadBytes) {
        return this.halt(payloadTooLarge({ max: maxPayloadBytes }), node, payload)
      }
    }
    this.payload = payload
    this.follow(node.targets[output] ?? [], payload)
  }

  private timeOut(): void {
    const { runTimeoutMs } = this.options.limits
    this.halt(runTimedOut({ flow: this.options.flowName, timeoutMs: runTimeoutMs }), undefined, this.payload)
  }

  /** The first failure is the passage's; it ends at once, and what still waits is told by `signal` and then ignored. */
  private halt(error: unknown, node: CompiledNode | undefined, payload: Payload): void {
    if (this.isHalted) return
    this.isHalted = true
    this.controller?.abort()
    this.end({ failure: { error, node, payload }, payload })
  }

  private endIfIdle(): void {
    if (this.waiting === 0 && !this.isHalted) {
      this.isHalted = true
      this.end({ failure: undefined, payload: this.payload })
    }
  }

  private end(end: PassageEnd): void {
    clearTimeout(this.timer)
    this.options.onEnd(end)
  }

  private traceVisit(node: CompiledNode, began: number, output: string | undefined, error?: unknown): void {
    if (!this.trace) return
    this.trace.visit({
      id: node.id,
      nodeName: node.name,
      type: node.type,
      flow: node.flow.name,
      file: node.flow.file,
      line: node.line,
      output,
      began,
      ms: this.trace.now() - began,
      ...(error === undefined ? {} : { error }),
    })
  }
}
