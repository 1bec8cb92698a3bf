/** Reads one flow's file as a graph. The files next to it only say which custom nodes there are. */
import { dirname } from 'node:path'
import { type OutlineRead, outlineFlow } from '../../engine/describe/outline.ts'
import { createSchemaChecker } from '../../engine/json-schema/schema-problems.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { typesIn } from '../../server/compose/known-types.ts'
import { readText } from '../read-text.ts'

export interface ReadOutline extends OutlineRead {
  readonly source: SourceFile
}

/** `-` is standard input. Throws `CLI_CALL_WRONG` if there is no such file. */
export async function readOutline(file: string): Promise<ReadOutline> {
  const source = { file: file === '-' ? 'standard input' : file, text: await readText(file) }
  const beside = file === '-' ? undefined : dirname(file)
  const { nodeTypes, triggerTypes } = await typesIn(beside).catch(() => typesIn(undefined))
  const scope = {
    nodeTypes,
    triggerTypes,
    checker: createSchemaChecker(),
    // The groups that `application.yaml` seeds are not read here.
    groups: undefined,
  }
  return { source, ...outlineFlow(source, scope) }
}
