/** The errors of a run itself, as opposed to those that its nodes throw. */
import { defineError } from '../../contracts/errors.ts'

/** `place` is the node that failed, with its file and line. If it uses a custom node, the node that failed inside comes first. */
export const runFailed = defineError<{ flow: string; place: string; message: string }>(
  'RUN_FAILED',
  500,
  ({ flow, place, message }) => `${flow} failed at ${place}: ${message}`,
)

export const noReply = defineError<{ flow: string }>(
  'RUN_NO_REPLY',
  500,
  ({ flow }) => `${flow} ended without a reply.`,
)

export const runTimedOut = defineError<{ flow: string; timeoutMs: number }>(
  'RUN_TIMED_OUT',
  504,
  ({ timeoutMs }) => `The flow took longer than ${timeoutMs} ms.`,
)

export const tooManyVisits = defineError<{ max: number }>(
  'RUN_TOO_MANY_VISITS',
  500,
  ({ max }) => `The run visited more than ${max} nodes.`,
)

export const payloadTooLarge = defineError<{ max: number }>(
  'RUN_PAYLOAD_TOO_LARGE',
  500,
  ({ max }) => `The payload grew beyond ${max} bytes.`,
)

export const payloadTooDeep = defineError(
  'RUN_PAYLOAD_TOO_DEEP',
  500,
  () => 'The payload is nested too deep to be copied for each of several branches.',
)

export const tooManyRuns = defineError(
  'RUN_TOO_MANY',
  503,
  () => 'Too many requests are in progress. Try again in a moment.',
)
