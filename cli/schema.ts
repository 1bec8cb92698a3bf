/** `flowpot schema`: a JSON Schema of an application's files, by which editors complete and check them. */
import { schemaFor } from '../server/compose/known-types.ts'
import { writeDocument } from './output.ts'

export interface SchemaOptions {
  /** A file to write to instead of standard output. It is replaced if it exists. */
  readonly out?: string
  readonly json?: boolean
}

export async function schema(folder: string | undefined, options: SchemaOptions): Promise<number> {
  return writeDocument(
    await schemaFor(folder),
    { ...options, isCompact: true },
    ' How an editor finds it: flowpot schema --help',
  )
}
