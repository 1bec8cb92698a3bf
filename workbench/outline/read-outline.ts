/** Reads one flow's file as a graph; of those beside it no more than which custom nodes there are. */
import { dirname } from 'node:path'
import { describeProblems, printError, printJson } from '../../cli/output.ts'
import { type FlowOutline, type OutlineRead, outlineFlow } from '../../engine/describe/outline.ts'
import { createSchemaChecker } from '../../engine/json-schema/schema-problems.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { nodeTypesIn } from '../../server/compose/node-types-in.ts'
import { readText } from '../read-text.ts'

export interface ReadOutline extends OutlineRead {
  readonly source: SourceFile
}

/** Throws `CLI_CALL_WRONG` where there is no such file. `-` is standard input. */
export async function readOutline(file: string): Promise<ReadOutline> {
  const source = { file: file === '-' ? 'standard input' : file, text: await readText(file) }
  const beside = file === '-' ? undefined : await nodeTypesIn(dirname(file)).catch(() => undefined)
  const scope = {
    nodeTypes: beside?.byName ?? new Map(nodeTypes.map((type) => [type.type, type])),
    triggerTypes,
    checker: createSchemaChecker(),
    // What `application.yaml` seeds is not known here.
    groups: undefined,
  }
  return { source, ...outlineFlow(source, scope) }
}

/** The outline, or `undefined` once its problems are printed. */
export function reportProblems({ outline, problems, source }: ReadOutline, isJson: boolean): FlowOutline | undefined {
  if (outline) return outline
  if (isJson) printJson({ problems })
  else printError(describeProblems(problems, [source]))
  return undefined
}
