/** `flowpot diff`: what changed in a flow, by meaning. */
import { describeChanges } from '../workbench/compare/describe-changes.ts'
import { changesOf } from '../workbench/compare/flow-changes.ts'
import { readOutline } from '../workbench/outline/read-outline.ts'
import { outlineOrProblems, print, printJson } from './output.ts'

/** 0 whether or not something changed. */
export async function diff(before: string, after: string, { json = false }: { json?: boolean }): Promise<number> {
  const [one, other] = [await readOutline(before), await readOutline(after)]
  const [first, second] = [outlineOrProblems(one, json), outlineOrProblems(other, json)]
  if (!first || !second) return 1
  const changes = changesOf(first, second)
  if (json) printJson({ changes })
  else print(changes.length === 0 ? 'Nothing that counts has changed.' : describeChanges(changes))
  return 0
}
