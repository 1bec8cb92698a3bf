/** Reads a file that a command is given. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { callWrong } from './refusals.ts'

/** Throws `CLI_CALL_WRONG` where there is no such file. `-` is standard input. */
export async function readText(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${file} cannot be read: ${reason}` }, { cause })
  }
}
