/** Reads a file, or JSON, that a command is given. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { parseJson } from '../engine/values/json.ts'
import { callWrong, codeOf } from './refusals.ts'

/** `-` is standard input. Throws `CLI_CALL_WRONG` if the file cannot be read: the message calls it `name`, and `hint` is for a missing one. */
export async function readText(file: string, name = file, hint?: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const isMissing = codeOf(cause) === 'ENOENT'
    throw callWrong(
      { problem: `${name} cannot be read: ${reason}` },
      { cause, ...(isMissing && hint !== undefined && { hint }) },
    )
  }
}

/** Within the limits that the server has for JSON. Throws `CLI_CALL_WRONG`, whose message says where the text stood. */
export function readJson(text: string, where: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${where} cannot be taken: ${reason}` }, { cause })
  }
}
