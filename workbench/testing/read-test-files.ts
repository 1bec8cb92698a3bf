/** Reads the tests of an application's folder, and reports everything that is wrong with them. */
import { isTestFile } from '../../engine/load/file-kinds.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { type ReadTests, readTests } from './read-tests.ts'
import type { StandIn } from './stand-in.ts'

/** `standIn` has the nodes of all flows, so every flow must have been loaded without errors. */
export function readTestFiles(sources: readonly SourceFile[], { nodes }: StandIn): ReadTests {
  const nodeIds = idsByFlow(nodes)
  const read = sources.filter(({ file }) => isTestFile(file)).map((source) => readTests(source, nodeIds))
  return { tests: read.flatMap(({ tests }) => tests), problems: read.flatMap(({ problems }) => problems) }
}

/** IDs of the nodes of each flow. */
export function idsByFlow(
  nodes: readonly { readonly id: string | undefined; readonly flow: { readonly id: string } }[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const byFlow = new Map<string, Set<string>>()
  for (const { flow, id } of nodes) {
    const ids = byFlow.get(flow.id) ?? new Set()
    byFlow.set(flow.id, id === undefined ? ids : ids.add(id))
  }
  return byFlow
}
