/** Errors of commands. What they find wrong with an application is reported as problems instead. */
import { defineError, type FlowpotError } from '../contracts/errors.ts'

/** The call itself is wrong: exit code 2. */
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
  ({ id, problem }) => `No test repeats what the run ${id} did: ${problem}.`,
)

export const flowChanged = defineError<{ flow: string; id: string; problem: string }>(
  'CLI_FLOW_CHANGED',
  409,
  ({ flow, id, problem }) => `The flow ${flow} is not what it was when the run ${id} was recorded: ${problem}`,
)

export const renameRefused = defineError<{ reason: string }>('LANGUAGE_RENAME_REFUSED', 409, ({ reason }) => reason)

/** The error for a path that cannot be written to. */
export function notWritable(path: string, cause: unknown): FlowpotError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const reason = reasons[codeOf(cause) ?? ''] ?? message
  return callWrong({ problem: `${path} cannot be written: ${reason}` }, { cause })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied.',
  EISDIR: 'it is a folder.',
  ENAMETOOLONG: 'the name is too long.',
  ENOENT: 'its folder does not exist.',
  ENOTDIR: 'a part of the path is not a folder.',
  EROFS: 'the file system is read-only.',
}

/** The system's code of an error: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
