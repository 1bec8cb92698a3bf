/** A run: one passage through its flow and, if that fails, one through each error trigger in scope. The first reply wins. */
import { FlowpotError } from '../../contracts/errors.ts'
import type { FlowLimits, Limits, Running, RunObserver, RunOutcome, RunRequest } from '../application.ts'
import { customNodeStart, withDefaults } from '../custom-node.ts'
import type { Reply } from '../services.ts'
import { ErrorAtLine } from '../source/error-at-line.ts'
import { copyValue } from '../values/copy.ts'
import type { Payload } from '../values/payload.ts'
import { noReply, runFailed, runTimedOut } from './errors.ts'
import type { LinkedTrigger } from './linked-flow.ts'
import { Passage, type PassageEnd } from './passage.ts'
import { payloadSize } from './payload-size.ts'
import type { RunScope } from './run-scope.ts'
import { RunWatch } from './run-watch.ts'
import { startPayload } from './start-payload.ts'
import type { Failure } from './stretch.ts'

export function startRun(
  trigger: LinkedTrigger,
  asked: RunRequest,
  scope: RunScope,
  observers: readonly RunObserver[] = [],
): Running {
  const watch = observers.length === 0 ? undefined : new RunWatch(asked, observers)
  const request = watch?.request ?? asked
  const reply = withResolvers<Reply>()
  const done = withResolvers<RunOutcome>()
  let firstReply: Reply | undefined

  const onReply = (candidate: Reply): boolean => {
    if (firstReply) return false
    firstReply = candidate
    reply.resolve(candidate)
    return true
  }

  const refuse = (error: FlowpotError) => {
    // Some callers, such as a button, do not wait for the reply. Its rejection must not become an unhandled one.
    reply.promise.catch(() => undefined)
    reply.reject(error)
  }

  const passThrough = (through: LinkedTrigger, payload: Payload, onEnd: (end: PassageEnd) => void) => {
    const flowName = through.flow.name
    const detailed = watch?.isDetailed ? watch : undefined
    const limits = lowerLimits(scope.limits, through.flow.limits)
    new Passage({ request, flowName, payload, scope, limits, watch: detailed, onReply, onEnd }).begin(through.start)
  }

  const finish = ({ failure, payload, returned }: PassageEnd) => {
    const failed = failure && describeFailure(failure, trigger)
    const unanswered = firstReply ? undefined : (failed ?? noReply({ flow: trigger.flow.name }))
    if (unanswered) refuse(unanswered)
    const { node } = failure ?? {}
    const outcome = {
      reply: firstReply,
      error: failed ?? (trigger.expectsReply ? unanswered : undefined),
      ...(node ? { failedAt: { node: node.name, file: node.flow.file, line: node.line } } : {}),
      payload,
    }
    done.resolve(returned ? { ...outcome, returned } : outcome)
  }

  const finishWithHandlers = async (ended: PassageEnd, failure: Failure): Promise<void> => {
    const described = describeFailure(failure, trigger)
    request.log('error', described.message, described)
    // A request that is out of time has waited long enough, so it is answered before the error triggers run.
    if (runTimedOut.is(failure.error) && !firstReply) refuse(described)
    // One after another and nearest first, so that the nearest reply wins however long its flow waits.
    for (const handler of scope.errorTriggersFor(trigger)) {
      const payload = errorPayload(handler, request, failure, scope)
      const end = await new Promise<PassageEnd>((resolve) => passThrough(handler, payload, resolve))
      if (end.failure) request.log('error', describeFailure(end.failure, handler).message, end.failure.error)
    }
    finish(ended)
  }

  const start = startPayload(trigger, trigger.type === 'custom-node' ? byItself(trigger, request) : request, scope)
  const payload = request.prepare?.(start) ?? start
  if (watch) {
    watch.begun(payload)
    // After the caller, who waits for the reply.
    done.promise.then(
      (outcome) => watch.ended(outcome),
      () => undefined,
    )
  }
  passThrough(trigger, payload, (end) => {
    if (!end.failure) return finish(end)
    finishWithHandlers(end, end.failure).catch((error: unknown) => {
      request.log('error', 'An error trigger could not be run.', error)
      finish(end)
    })
  })
  return { reply: reply.promise, done: done.promise }
}

/** The request of a custom node that is started directly, as a dry run does. `data` has its inputs. */
function byItself({ spec }: LinkedTrigger<'custom-node'>, request: RunRequest): RunRequest {
  return { ...request, triggerType: customNodeStart, data: withDefaults(spec, request.data) }
}

/** A flow can only lower the limits of the application. */
function lowerLimits(limits: Limits, own: FlowLimits | undefined): Limits {
  if (!own) return limits
  const { seconds = Number.POSITIVE_INFINITY, visits = Number.POSITIVE_INFINITY } = own
  return {
    ...limits,
    runTimeoutMs: Math.min(limits.runTimeoutMs, Math.ceil(seconds * 1000)),
    maxVisits: Math.min(limits.maxVisits, visits),
  }
}

/** Losant does not pass on a larger payload either. */
const maxErroredPayloadBytes = 256 * 1024

function errorPayload(handler: LinkedTrigger, request: RunRequest, failure: Failure, scope: RunScope): Payload {
  const { error, node, payload } = failure
  const isTooLarge = payloadSize(payload, maxErroredPayloadBytes) > maxErroredPayloadBytes
  const data = {
    errorInfo: {
      error: {
        name: error instanceof FlowpotError ? error.code : error instanceof Error ? error.name : 'Error',
        message: error instanceof Error ? error.message : String(error),
      },
      nodeId: node?.name,
      nodeType: node?.type,
    },
    erroredPayload: isTooLarge ? 'The payload is too large to be passed on.' : copyOrSentence(payload),
    replyId: replyIdOf(request),
  }
  // The handler was started by the error, and not by what started the run.
  const own = { ...request, time: undefined, triggerId: undefined, triggerType: undefined }
  return { ...startPayload(handler, own, scope), data }
}

function copyOrSentence(payload: Payload): Payload | string {
  try {
    return copyValue(payload)
  } catch {
    return 'The payload is nested too deep to be passed on.'
  }
}

function replyIdOf({ data }: RunRequest): unknown {
  return typeof data === 'object' && data !== null && 'replyId' in data ? data.replyId : undefined
}

/** The error that a failed run is answered and logged with. Errors meant for the client stay as they are; all others get their place. */
function describeFailure({ error, node, within = [] }: Failure, trigger: LinkedTrigger): FlowpotError {
  if (error instanceof FlowpotError && error.status !== 500) return error
  const message = error instanceof Error ? error.message : String(error)
  const { flow } = trigger
  const ways = [node ?? { name: 'its start', line: trigger.line, flow }, ...within]
  const places = ways.map(({ name, line, flow: { file } }, depth) => {
    const isInnermost = depth === ways.length - 1
    return `${name} (${file}:${isInnermost && error instanceof ErrorAtLine ? error.line : line})`
  })
  return runFailed({ flow: flow.name, place: places.join(' within '), message }, { cause: error })
}

/** `Promise.withResolvers` comes with Node 22. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((whenKept, whenBroken) => {
    resolve = whenKept
    reject = whenBroken
  })
  return { promise, resolve, reject }
}
