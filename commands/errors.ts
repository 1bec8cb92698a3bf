/** What a command is refused for, besides what it finds. */
import { defineError } from '../errors.ts'

/** Wrong is the call itself: exit code 2. */
export const callWrong = defineError<{ problem: string }>('CLI_CALL_WRONG', 400, ({ problem }) => problem)

export const requestRefused = defineError<{ status: number }>(
  'CLI_REQUEST_REFUSED',
  400,
  ({ status }) => `The endpoint answered ${status} before its flow began.`,
)
