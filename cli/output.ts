/** How commands write: in colour only on a terminal. */

import type { LoadedFolder } from '../server/compose/load-folder.ts'
import { describeProblems as describe } from '../workbench/describe-problems.ts'
import type { ReadOutline } from '../workbench/outline/read-outline.ts'

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

/** The outline that was read, or `undefined` once its problems are printed. */
export function outlineOrProblems({ outline, problems, source }: ReadOutline, isJson: boolean): ReadOutline['outline'] {
  if (outline) return outline
  if (isJson) printJson({ problems })
  else printError(describeProblems(problems, [source]))
  return undefined
}

/** As one word of a command line that a person may copy. */
export function shellQuoted(text: string): string {
  return /^[\w./@:,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
