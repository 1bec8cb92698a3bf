import { formatProblem } from '../engine/source/format-problem.ts'
import type { SourceFile } from '../engine/source/position.ts'
import type { Problem } from '../engine/source/problem.ts'
import { count } from './count.ts'

/** Every problem with its code frame, and at the end how many there are. */
export function describeProblems(problems: readonly Problem[], sources: readonly SourceFile[], color: boolean): string {
  const frames = problems.map((problem) => {
    const text = sources.find(({ file }) => file === problem.file)?.text
    return formatProblem(problem, text, { color })
  })
  const files = new Set(problems.map(({ file }) => file)).size
  return [...frames, `${count(problems.length, 'problem')} in ${count(files, 'file')}.`].join('\n\n')
}
