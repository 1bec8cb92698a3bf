/** Measures which nodes of the flows the tests have visited, and which outputs they have taken. */
import type { ShownVisit } from '../dry-run/record-run.ts'
import { isLoop, type Node } from './stand-in.ts'

export interface FlowCoverage {
  readonly flow: string
  readonly file: string
  readonly nodes: Share
  /** Outputs of nodes with more than one, and whether the body of each loop is entered. */
  readonly branches: Share
  readonly missed: readonly Missed[]
}

export interface Share {
  readonly covered: number
  readonly total: number
}

export interface Missed {
  readonly node: string
  readonly line: number
  /** The output that was never taken. If missing, the node was never visited. */
  readonly output?: string
}

const entered = 'do'
const passedBy = 'no iteration'

export function measureCoverage(
  nodes: readonly Node[],
  runs: readonly (readonly ShownVisit[])[],
): readonly FlowCoverage[] {
  const taken = new Map<string, Set<string>>()
  const loops = new Set(nodes.filter(isLoop).map(keyOfNode))
  for (const visits of runs) for (const [key, way] of waysIn(visits, loops)) addTo(taken, key, way)
  return [...groupByFile(nodes)]
    .map(([file, own]) => coverageOf(file, own, taken))
    .sort((a, b) => a.file.localeCompare(b.file))
}

function coverageOf(
  file: string,
  nodes: readonly Node[],
  taken: ReadonlyMap<string, ReadonlySet<string>>,
): FlowCoverage {
  const sorted = nodes.toSorted((a, b) => a.line - b.line)
  const missed: Missed[] = []
  let visited = 0
  let branches = 0
  let branchesTaken = 0
  for (const node of sorted) {
    const ways = taken.get(keyOfNode(node))
    const place = { node: node.name, line: node.line }
    if (ways) visited++
    else missed.push(place)
    for (const output of branchesOf(node)) {
      branches++
      if (ways?.has(output)) branchesTaken++
      else if (ways) missed.push({ ...place, output })
    }
  }
  return {
    flow: sorted[0]?.flow.name ?? '',
    file,
    nodes: { covered: visited, total: sorted.length },
    branches: { covered: branchesTaken, total: branches },
    missed,
  }
}

function branchesOf(node: Node): readonly string[] {
  if (isLoop(node)) return [entered, passedBy]
  const outputs = Object.keys(node.targets)
  return outputs.length > 1 ? outputs : []
}

/** The outputs that one run takes. A loop's visit ends after those of the nodes in its body. */
function waysIn(visits: readonly ShownVisit[], loops: ReadonlySet<string>): [key: string, way: string][] {
  const open = new Set<string>()
  return visits.map(({ file, node, output }) => {
    const key = `${file} ${node}`
    // A visit that threw did not leave by any output.
    if (output === null) return [key, '']
    if (!loops.has(key)) return [key, output]
    if (output === entered) open.add(key)
    else if (!open.delete(key)) return [key, passedBy]
    return [key, entered]
  })
}

function keyOfNode({ flow, name }: Node): string {
  return `${flow.file} ${name}`
}

function addTo(taken: Map<string, Set<string>>, key: string, way: string): void {
  const ways = taken.get(key) ?? new Set()
  taken.set(key, ways.add(way))
}

function groupByFile(nodes: readonly Node[]): ReadonlyMap<string, readonly Node[]> {
  const groups = new Map<string, Node[]>()
  for (const node of nodes) groups.set(node.flow.file, [...(groups.get(node.flow.file) ?? []), node])
  return groups
}

/** The percentage of nodes and branches that are covered, or 100 if there are none. Rounded down, so that 100 means all. */
export function percentOf(coverage: readonly FlowCoverage[]): number {
  const shares = coverage.flatMap(({ nodes, branches }) => [nodes, branches])
  const total = shares.reduce((sum, share) => sum + share.total, 0)
  const covered = shares.reduce((sum, share) => sum + share.covered, 0)
  return total === 0 ? 100 : Math.floor((covered / total) * 100)
}
