/** A run: one passage through its flow and, if that fails, one through each error trigger in scope. The first reply wins. */
import { FlowpotError } from '../../errors.ts'
import type { CompiledTrigger, Limits, Running, RunOutcome, RunRequest } from '../application.ts'
import { isObject } from '../coerce.ts'
import type { LinkedTrigger } from '../compile/compiled-flow.ts'
import { ErrorAtLine } from '../error-at-line.ts'
import type { Payload } from '../payload.ts'
import type { Reply } from '../services.ts'
import { noReply, runFailed, runTimedOut } from './errors.ts'
import { type Failure, Passage, type PassageEnd } from './passage.ts'
import { payloadSize } from './payload-size.ts'

export interface RunScope {
  readonly applicationName: string
  readonly globals: Readonly<Record<string, unknown>>
  readonly limits: Limits
  /** Error triggers that fire when a run of `trigger` throws. */
  errorTriggersFor(trigger: CompiledTrigger): readonly LinkedTrigger[]
}

export function startRun(trigger: LinkedTrigger, request: RunRequest, scope: RunScope): Running {
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
    // Whoever does not wait for the reply, as a button's run, is not to be told of its rejection by the process.
    reply.promise.catch(() => undefined)
    reply.reject(error)
  }

  const passThrough = (through: LinkedTrigger, payload: Payload, onEnd: (end: PassageEnd) => void) => {
    const flowName = through.flow.name
    new Passage({ request, flowName, payload, limits: scope.limits, onReply, onEnd }).begin(through.start)
  }

  const finish = (failure: Failure | undefined, payload: Payload) => {
    if (!firstReply) refuse(failure ? describeFailure(failure, trigger) : noReply({ flow: trigger.flow.name }))
    const { node } = failure ?? {}
    done.resolve({
      reply: firstReply,
      error: failure && describeFailure(failure, trigger),
      ...(node ? { failedAt: { node: node.name, file: node.flow.file, line: node.line } } : {}),
      payload,
    })
  }

  const handle = async (failure: Failure, payload: Payload): Promise<void> => {
    const described = describeFailure(failure, trigger)
    request.log('error', described.message, described)
    // Out of time, the request has waited long enough: it is answered first, and the handlers are told afterwards.
    if (runTimedOut.is(failure.error) && !firstReply) refuse(described)
    // One after another, nearest first, so that the nearest reply wins however long its flow waits.
    for (const handler of scope.errorTriggersFor(trigger)) {
      const payload = errorPayload(handler, request, failure, scope)
      const end = await new Promise<PassageEnd>((resolve) => passThrough(handler, payload, resolve))
      if (end.failure) request.log('error', describeFailure(end.failure, handler).message, end.failure.error)
    }
    finish(failure, payload)
  }

  const start = startPayload(trigger, request, scope)
  passThrough(trigger, request.prepare?.(start) ?? start, ({ failure, payload }) => {
    if (failure) handle(failure, payload)
    else finish(undefined, payload)
  })
  return { reply: reply.promise, done: done.promise }
}

/** Set one by one: spreads of what may be missing take 3 µs. */
function startPayload(trigger: LinkedTrigger, request: RunRequest, scope: RunScope): Payload {
  const { flow } = trigger
  const payload: Payload = { time: new Date(request.time ?? request.services.clock.now()), data: request.data }
  if (request.meta !== undefined) payload.meta = request.meta
  if (request.experience) payload.experience = request.experience
  payload.globals = copyPlain(scope.globals)
  payload.applicationId = request.applicationId
  payload.applicationName = scope.applicationName
  payload.flowId = flow.id
  payload.flowName = flow.name
  payload.triggerId = request.triggerId ?? trigger.id
  payload.triggerType = request.triggerType ?? trigger.type
  if (request.relayId !== undefined) payload.relayId = request.relayId
  if (request.relayType !== undefined) payload.relayType = request.relayType
  return payload
}

/** A copy of what YAML says, in a tenth of the time that `structuredClone` takes for a few values. */
function copyPlain<Value>(value: Value): Value {
  // A list is mapped to a list, and a map spread to a map.
  if (Array.isArray(value)) return value.map(copyPlain) as Value
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = { ...value }
  for (const key of Object.keys(copy)) copy[key] = copyPlain(copy[key])
  return copy as Value
}

/** Losant passes on no payload that is larger. */
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
    erroredPayload: isTooLarge ? 'The payload is too large to be passed on.' : structuredClone(payload),
    replyId: replyIdOf(request),
  }
  // The handler was started by the error, not by what started the run.
  const own = { ...request, time: undefined, triggerId: undefined, triggerType: undefined }
  return { ...startPayload(handler, own, scope), data }
}

function replyIdOf({ data }: RunRequest): unknown {
  return typeof data === 'object' && data !== null && 'replyId' in data ? data.replyId : undefined
}

/** What a failed run is answered and logged with: an error that is meant for the client as it is, any other with its place. */
function describeFailure({ error, node }: Failure, trigger: LinkedTrigger): FlowpotError {
  if (error instanceof FlowpotError && error.status !== 500) return error
  const message = error instanceof Error ? error.message : String(error)
  const { name, file } = trigger.flow
  const line = error instanceof ErrorAtLine ? error.line : (node?.line ?? trigger.line)
  const place = { flow: name, file, node: node?.name ?? 'its start', line, message }
  return runFailed(place, { cause: error })
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
