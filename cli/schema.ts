/** `flowpot schema`: a JSON Schema of an application's files, by which editors complete and check them. */
import { writeFile } from 'node:fs/promises'
import { schemaFor } from '../server/compose/known-types.ts'
import { notWritable } from '../workbench/refusals.ts'
import { print, printJson } from './output.ts'

export interface SchemaOptions {
  /** A file to write to instead of standard output. It is replaced if it exists. */
  readonly out?: string
  readonly json?: boolean
}

export async function schema(folder: string | undefined, { out, json = false }: SchemaOptions): Promise<number> {
  const schema = await schemaFor(folder)
  const text = JSON.stringify(schema, null, 2)
  if (out === undefined) {
    if (json) printJson(schema)
    else print(text)
    return 0
  }
  await writeFile(out, `${text}\n`).catch((cause: unknown) => {
    throw notWritable(out, cause)
  })
  if (json) printJson({ file: out })
  else print(`Wrote ${out}. How an editor finds it: flowpot schema --help`)
  return 0
}
