import { writeFile } from 'node:fs/promises'
import { notWritable } from './refusals.ts'

/** Replaces the file if it exists. Throws `CLI_CALL_WRONG` if it cannot be written. */
export async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    throw notWritable(file, cause)
  })
}
