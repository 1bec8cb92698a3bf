/** Everything that is wrong with an application: its flows, its `application.yaml` and its tests. */
import type { CheckedApplication } from '../engine/load/check-application.ts'
import { type CheckMemory, createCheckMemory } from '../engine/load/check-memory.ts'
import { isTestFile } from '../engine/load/file-kinds.ts'
import { readFolder } from '../engine/load/read-folder.ts'
import type { SourceFile } from '../engine/source/position.ts'
import { hasErrors, type Problem } from '../engine/source/problem.ts'
import { checkSources } from '../server/compose/load-folder.ts'
import { readText } from './read-text.ts'
import { idsByFlow } from './testing/read-test-files.ts'
import { type ReadTests, readTests } from './testing/read-tests.ts'

export interface FolderCheck {
  readonly sources: readonly SourceFile[]
  readonly checked: CheckedApplication
  readonly problems: readonly Problem[]
  /** Whether the application can be served and its tests can be run. */
  readonly isSound: boolean
  /** How many tests there are. Tests are only read once every flow is sound, since they name nodes of the flows. */
  readonly testCount: number
  readonly flowCount: number
  readonly endpointCount: number
}

/** Throws what `readFolder` throws. */
export async function checkFolder(folder: string): Promise<FolderCheck> {
  return createFolderChecker()(await readFolder(folder))
}

/** Checks the flow that standard input has, without an application around it. */
export async function checkStandardInput(): Promise<FolderCheck> {
  return createFolderChecker()([{ file: 'standard-input.yaml', text: await readText('-') }])
}

/** Checks the files of one folder again and again. Only what has changed since the last time is looked at, which files show by their identity. */
export function createFolderChecker(): (sources: readonly SourceFile[]) => FolderCheck {
  const memory = createCheckMemory()
  const readAgain = createTestMemory()
  return (sources) => checkFiles(sources, memory, readAgain)
}

type ReadAgain = (source: SourceFile, nodeIds: ReadonlyMap<string, ReadonlySet<string>>) => ReadTests

function checkFiles(sources: readonly SourceFile[], memory: CheckMemory, readAgain: ReadAgain): FolderCheck {
  const checked = checkSources(sources, memory)
  const flows = [...checked.flows.values()]
  const found = {
    sources,
    checked,
    flowCount: flows.length,
    endpointCount: flows.flatMap(({ triggers }) => triggers.filter(({ type }) => type === 'endpoint')).length,
  }
  if (hasErrors(checked.problems)) return { ...found, problems: checked.problems, isSound: false, testCount: 0 }
  const nodeIds = idsByFlow(flows.flatMap(({ flow, nodes }) => nodes.map(({ node: { id } }) => ({ id, flow }))))
  const read = sources.filter(({ file }) => isTestFile(file)).map((source) => readAgain(source, nodeIds))
  const ofTests = read.flatMap(({ problems }) => problems)
  return {
    ...found,
    problems: [...checked.problems, ...ofTests],
    isSound: !hasErrors(ofTests),
    testCount: read.reduce((count, { tests }) => count + tests.length, 0),
  }
}

/** Reads a test file again only if it has changed, or a node that tests may name. */
function createTestMemory(): ReadAgain {
  const known = new WeakMap<SourceFile, { readonly ids: string; readonly read: ReadTests }>()
  let described: { readonly of: ReadonlyMap<string, ReadonlySet<string>>; readonly text: string } | undefined
  return (source, nodeIds) => {
    if (described?.of !== nodeIds) {
      described = { of: nodeIds, text: JSON.stringify([...nodeIds].map(([flow, ids]) => [flow, [...ids].sort()])) }
    }
    const before = known.get(source)
    if (before?.ids === described.text) return before.read
    const read = readTests(source, nodeIds)
    known.set(source, { ids: described.text, read })
    return read
  }
}
