/** Reads a file that a command is given. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { callWrong } from './refusals.ts'

/** `-` is standard input. Throws `CLI_CALL_WRONG` if the file cannot be read; the message calls it `name`. */
export async function readText(file: string, name = file): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${name} cannot be read: ${reason}` }, { cause })
  }
}
