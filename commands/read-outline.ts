/** Reads one flow's file as a graph. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { createSchemaChecker } from '../engine/check/schema-problems.ts'
import { type FlowOutline, type OutlineRead, outlineFlow } from '../engine/describe/outline.ts'
import type { SourceFile } from '../engine/source/position.ts'
import { nodeTypes, triggerTypes } from '../nodes/index.ts'
import { callWrong } from './errors.ts'
import { describeProblems, printError, printJson } from './output.ts'

export interface ReadOutline extends OutlineRead {
  readonly source: SourceFile
}

/** Throws `CLI_CALL_WRONG` where there is no such file. `-` is standard input. */
export async function readOutline(file: string): Promise<ReadOutline> {
  const source = { file: file === '-' ? 'standard input' : file, text: await readText(file) }
  const scope = {
    nodeTypes: new Map(nodeTypes.map((type) => [type.type, type])),
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

async function readText(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${file} cannot be read: ${reason}` }, { cause })
  }
}
