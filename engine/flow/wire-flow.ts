/** Settles where every output leads, by the wiring rules of the flow format, and checks the graph that comes of it. */
import { nearestName } from '../source/nearest-name.ts'
import type { DocumentPath } from '../source/position.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'
import type { FlowNode, Target } from './flow-graph.ts'
import type { ReadNode, ReadWire } from './read-nodes.ts'

/** What follows where a list of nodes runs out. */
interface Continuation {
  /** `undefined` is the end of the path. */
  readonly node: FlowNode | undefined
}

const theEnd: Continuation = { node: undefined }

export interface Wiring {
  readonly nodes: readonly FlowNode[]
  /** Where each trigger starts. */
  readonly starts: readonly Target[]
}

/**
 * Gives every node its targets, and every trigger its start: where its own wire leads, or else the first node. Unknown
 * and doubled IDs, and falling into a node that a wire names, are reported.
 */
export function wireFlow(
  list: readonly ReadNode[],
  triggerWires: readonly (ReadWire | undefined)[],
  reporter: Reporter,
): Wiring {
  const nodes: FlowNode[] = []
  const byRead = new Map<ReadNode, FlowNode>()
  const byId = new Map<string, FlowNode>()
  /** Nodes that some wire names, with the first such wire. */
  const named = new Map<FlowNode, DocumentPath>()

  const note = (read: ReadNode) => {
    if (!read.type) return
    const node: FlowNode = {
      id: read.id,
      name: read.name,
      type: read.type,
      config: read.config,
      at: read.at,
      wired: new Set(read.wires.keys()),
      targets: new Map(),
    }
    nodes.push(node)
    byRead.set(read, node)
    if (read.id === undefined) return
    const other = byId.get(read.id)
    if (other) {
      reporter.report({
        code: 'FLOW_DUPLICATE_ID',
        at: [...read.at, 'id'],
        message: `The ID "${read.id}" is used twice in this flow.`,
        related: [relatedPlace(reporter, [...other.at, 'id'], 'also here')],
      })
    } else byId.set(read.id, node)
  }
  forEachNode(list, note)
  for (const wire of triggerWires) if (wire) forEachNodeBelow(wire, note)

  const findNamed = (wire: ReadWire & { kind: 'id' }): FlowNode | undefined => {
    const node = byId.get(wire.id)
    if (node) {
      if (!named.has(node)) named.set(node, wire.at)
      return node
    }
    const near = nearestName(wire.id, byId.keys())
    reporter.report({
      code: 'FLOW_UNKNOWN_TARGET',
      at: wire.at,
      message: `No node of this flow has the ID "${wire.id}".`,
      hint: near ? `Did you mean "${near}"?` : 'Give the node that is meant an "id", or write "end".',
    })
    return undefined
  }

  /** Every fall from one node into the next, to be held against rule 4 once all wires are known. */
  const falls: { from: FlowNode; into: FlowNode }[] = []

  /** `owner` is the node that the wire leaves from; `after` is where a branch in place goes on when it runs out. */
  const resolve = (wire: ReadWire, owner: FlowNode | undefined, after: Continuation): Target => {
    switch (wire.kind) {
      case 'end':
        return []
      case 'id': {
        const node = findNamed(wire)
        return node ? [node] : []
      }
      case 'branch':
        return enter(wire.nodes, owner, after)
      case 'split':
        return wire.branches.flatMap((branch) => resolve(branch, owner, theEnd))
    }
  }

  const enter = (branch: readonly ReadNode[], owner: FlowNode | undefined, after: Continuation): Target => {
    wireList(branch, after)
    const first = branch[0]
    const node = first ? byRead.get(first) : after.node
    if (!node) return []
    if (!first && owner) falls.push({ from: owner, into: node })
    return [node]
  }

  const wireList = (reads: readonly ReadNode[], after: Continuation): void => {
    reads.forEach((read, index) => {
      const node = byRead.get(read)
      const following = reads[index + 1]
      const fall: Continuation = following ? { node: byRead.get(following) } : after
      for (const [output, wire] of read.wires) {
        const target = resolve(wire, node, fall)
        node?.targets.set(output, target)
      }
      for (const output of node?.type.outputs ?? []) {
        if (!node || node.targets.has(output) || !leavesUnwired(node, output)) continue
        node.targets.set(output, node.type.endsPath || !fall.node ? [] : [fall.node])
        if (!node.type.endsPath && fall.node) falls.push({ from: node, into: fall.node })
      }
    })
  }

  wireList(list, theEnd)
  const first = list[0] && byRead.get(list[0])
  const starts = triggerWires.map((wire) => (wire ? resolve(wire, undefined, theEnd) : first ? [first] : []))
  reportFalls(falls, named, reporter)
  return { nodes, starts }
}

/** Whether a node that does not wire `output` can leave by it: one that then fails the run cannot. */
function leavesUnwired(node: FlowNode, output: string): boolean {
  return !node.type.throwsUnlessWired?.includes(output)
}

function reportFalls(
  falls: readonly { from: FlowNode; into: FlowNode }[],
  named: ReadonlyMap<FlowNode, DocumentPath>,
  reporter: Reporter,
): void {
  const reported = new Set<string>()
  for (const { from, into } of falls) {
    const wireAt = named.get(into)
    const key = `${from.name}>${into.name}`
    if (!wireAt || reported.has(key)) continue
    reported.add(key)
    reporter.report({
      code: 'FLOW_FALLS_INTO_TARGET',
      at: into.at,
      message: `A wire leads to "${into.name}", and ${from.name} above it falls into it too.`,
      hint: from.type.outputs.includes('next')
        ? `Say "next: ${into.id}" or "next: end" at ${from.name}.`
        : `Wire each output of ${from.name}: ${from.type.outputs.map((output) => `"${output}"`).join(', ')}.`,
      related: [
        relatedPlace(reporter, from.at, 'falls into it'),
        relatedPlace(reporter, wireAt, 'the wire that names it'),
      ],
    })
  }
}

function forEachNode(list: readonly ReadNode[], visit: (node: ReadNode) => void): void {
  for (const node of list) {
    visit(node)
    for (const wire of node.wires.values()) forEachNodeBelow(wire, visit)
  }
}

function forEachNodeBelow(wire: ReadWire, visit: (node: ReadNode) => void): void {
  if (wire.kind === 'branch') forEachNode(wire.nodes, visit)
  if (wire.kind === 'split') for (const branch of wire.branches) forEachNodeBelow(branch, visit)
}
