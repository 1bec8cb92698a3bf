/** How commands write: in colour only on a terminal. */

import { formatProblem } from '../engine/source/format-problem.ts'
import type { SourceFile } from '../engine/source/position.ts'
import type { Problem } from '../engine/source/problem.ts'
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

/** Every problem with its code frame, then how many there are. */
export function describeProblems(problems: readonly Problem[], sources: readonly SourceFile[]): string {
  const frames = problems.map((problem) => {
    const text = sources.find(({ file }) => file === problem.file)?.text
    return formatProblem(problem, text, { color: hasColor })
  })
  const files = new Set(problems.map(({ file }) => file)).size
  return [...frames, `${count(problems.length, 'problem')} in ${count(files, 'file')}.`].join('\n\n')
}

/** The outline that was read, or `undefined` once its problems are printed. */
export function outlineOrProblems({ outline, problems, source }: ReadOutline, isJson: boolean): ReadOutline['outline'] {
  if (outline) return outline
  if (isJson) printJson({ problems })
  else printError(describeProblems(problems, [source]))
  return undefined
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** As one word of a command line that a person may copy. */
export function shellQuoted(text: string): string {
  return /^[\w./@:,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
