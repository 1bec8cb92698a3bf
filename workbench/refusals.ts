/** What a command is refused for, besides what it finds. */
import { defineError, type FlowpotError } from '../contracts/errors.ts'

/** Wrong is the call itself: exit code 2. */
export const callWrong = defineError<{ problem: string }>('CLI_CALL_WRONG', 400, ({ problem }) => problem)

export const requestRefused = defineError<{ status: number }>(
  'CLI_REQUEST_REFUSED',
  400,
  ({ status }) => `The endpoint answered ${status} before its flow began.`,
)

export const alreadyThere = defineError<{ path: string }>(
  'CLI_ALREADY_THERE',
  409,
  ({ path }) => `${path} is there already, and nothing is overwritten.`,
)

export const endpointRefused = defineError<{ problem: string }>('CLI_ENDPOINT_REFUSED', 409, ({ problem }) => problem)

export const runNotRepeated = defineError<{ id: string; problem: string }>(
  'CLI_RUN_NOT_REPEATED',
  409,
  ({ id, problem }) => `No test comes to what the run ${id} came to: ${problem}.`,
)

export const flowChanged = defineError<{ flow: string; id: string; problem: string }>(
  'CLI_FLOW_CHANGED',
  409,
  ({ flow, id, problem }) => `The flow ${flow} is not what it was when the run ${id} was recorded: ${problem}`,
)

export const renameRefused = defineError<{ reason: string }>('LANGUAGE_RENAME_REFUSED', 409, ({ reason }) => reason)

/** Of a path that was given and that cannot be written to. */
export function notWritable(path: string, cause: unknown): FlowpotError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const reason = reasons[codeOf(cause) ?? ''] ?? message
  return callWrong({ problem: `${path} cannot be written: ${reason}` }, { cause })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied.',
  EISDIR: 'it is a folder.',
  ENAMETOOLONG: 'the name is too long.',
  ENOENT: 'the folder that it is to stand in does not exist.',
  ENOTDIR: 'what it is to stand in is no folder.',
  EROFS: 'nothing can be written there.',
}

/** The system's word for what went wrong: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
