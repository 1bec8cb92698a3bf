/** What is wrong with a command's call: exit code 2. */
import { defineError } from '../errors.ts'

export const callWrong = defineError<{ problem: string }>('CLI_CALL_WRONG', 400, ({ problem }) => problem)
