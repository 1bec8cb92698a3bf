/** How commands write: in colour only on a terminal. */

import type { LoadedFolder } from '../server/compose/load-folder.ts'
import { describeProblems as describe } from '../workbench/describe-problems.ts'
import type { ReadOutline } from '../workbench/outline/read-outline.ts'
import { writeText } from '../workbench/write-text.ts'

export const hasColor = process.stdout.isTTY === true && !process.env.NO_COLOR

export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`)
}

export const describeProblems = (problems: Problems, sources: LoadedFolder['sources']) =>
  describe(problems, sources, hasColor)

type Problems = LoadedFolder['problems']

/** Says why an application cannot be used. Returns the exit code. */
export function reportProblems(
  { problems, sources }: Pick<LoadedFolder, 'problems' | 'sources'>,
  isJson: boolean | undefined,
): number {
  if (isJson) printJson({ problems })
  else printError(describeProblems(problems, sources))
  return 1
}

/** The outline that was read, or `undefined` once its problems are printed. */
export function outlineOrProblems({ outline, problems, source }: ReadOutline, isJson: boolean): ReadOutline['outline'] {
  if (!outline) reportProblems({ problems, sources: [source] }, isJson)
  return outline
}

/** Writes a JSON document to the file `out`, or to standard output. `next` says what the file is for. A compact one is for programs only. */
export async function writeDocument(
  document: object,
  {
    out,
    json = false,
    isCompact = false,
  }: { readonly out?: string; readonly json?: boolean; readonly isCompact?: boolean },
  next = '',
): Promise<number> {
  const text = JSON.stringify(document, null, isCompact ? 0 : 2)
  if (out !== undefined) await writeText(out, `${text}\n`)
  if (json) printJson(out === undefined ? document : { file: out })
  else print(out === undefined ? text : `Wrote ${out}.${next}`)
  return 0
}

/** Quotes a text so that a person can copy it as one word of a command line. */
export function shellQuoted(text: string): string {
  return /^[\w./@:,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
