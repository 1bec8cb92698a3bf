/** Appends a test to its file, which is created if there is none. The rest of the file stays as it is, byte for byte. */
import { appendFile } from 'node:fs/promises'
import type { SourceFile } from '../../../engine/source/position.ts'
import { callWrong, notWritable } from '../../refusals.ts'
import { type ReadTests, readTests } from '../read-tests.ts'
import { type Draft, writeDraft } from './write-draft.ts'

type NodeIds = Parameters<typeof readTests>[1]

/** Returns the line of the test. `existing` has text '' where there is no such file. */
export async function placeTest(
  existing: SourceFile,
  draft: Draft,
  nodeIds: NodeIds,
): Promise<{ name: string; line: number }> {
  const { file, text } = existing
  const before = readExisting(existing, nodeIds)
  const named = { ...draft, name: freeName(draft.name, before) }
  const [, indent = ''] = /^( *)-(?:\s|$)/m.exec(text) ?? []
  const written = writeDraft(named, indent.length)
  const added = `${text === '' || text.endsWith('\n') ? '' : '\n'}${hasText(text) ? '\n' : ''}${written}`
  const inStyle = text.includes('\r\n') ? added.replaceAll('\n', '\r\n') : added
  const after = readTests({ file, text: text + inStyle }, nodeIds)
  const placed = after.tests.at(-1)
  if (after.problems.length > 0 || placed?.name !== named.name) {
    throw callWrong(
      { problem: `${file} is written in a way that nothing can be added to at its end.` },
      { hint: 'Write it as a list with a line "- name: …" for each test.' },
    )
  }
  await appendFile(file, inStyle).catch((cause: unknown) => {
    throw notWritable(file, cause)
  })
  return { name: named.name, line: placed.line }
}

function readExisting(existing: SourceFile, nodeIds: NodeIds): ReadTests['tests'] {
  if (!hasText(existing.text)) return []
  const { tests, problems } = readTests(existing, nodeIds)
  const [problem] = problems
  if (!problem) return tests
  throw callWrong(
    { problem: `${problem.file}:${problem.line} is not as it should be: ${problem.message}` },
    { hint: 'Nothing is added to a file with problems. flowpot check lists them.' },
  )
}

/** Whether there is more than comments. */
function hasText(text: string): boolean {
  return /^\s*[^#\s]/m.test(text)
}

function freeName(name: string, tests: ReadTests['tests']): string {
  const taken = new Set(tests.map((test) => test.name))
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name} (${count})`
  return free
}
