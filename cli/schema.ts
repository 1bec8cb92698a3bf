/** `flowpot schema`: a JSON Schema of an application's files, by which editors complete and check them. */
import { writeFile } from 'node:fs/promises'
import { editorSchema } from '../engine/describe/editor-schema.ts'
import { nodeTypes, triggerTypes } from '../nodes/index.ts'
import { describeActions } from '../platform/resources/catalogue.ts'
import { nodeTypesIn } from '../server/compose/node-types-in.ts'
import { notWritable } from '../workbench/refusals.ts'
import { print, printJson } from './output.ts'

export interface SchemaOptions {
  /** Where it goes, in place of standard output. What stood there is replaced. */
  readonly out?: string
  readonly json?: boolean
}

/** Of one application, where `folder` is given: its custom nodes, and no others. */
export async function schema(folder: string | undefined, { out, json = false }: SchemaOptions): Promise<number> {
  const own = folder === undefined ? {} : { customNodes: (await nodeTypesIn(folder)).customNodes }
  const schema = editorSchema({ nodeTypes, triggerTypes, actions: describeActions(), ...own })
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
