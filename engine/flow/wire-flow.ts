/** Decides where every output leads, by the wiring rules of the flow format, and checks the resulting graph. */
import { outputsOf } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'
import { breakTarget, type FlowNode, isBody, stopTarget, type Target } from './flow-graph.ts'
import type { ReadNode, ReadWire } from './read-nodes.ts'
import { reportCrossing, reportFalls, reportMisplacedBreak, reportUnknownTarget } from './wire-problems.ts'

/** Where the flow continues at the end of a list of nodes. */
interface Continuation {
  /** `undefined` is the end of the path. */
  readonly node: FlowNode | undefined
  /** The loop around the list. Its iteration ends at the end of the path. */
  readonly loop: FlowNode | undefined
}

export interface Wiring {
  readonly nodes: readonly FlowNode[]
  /** Where each trigger starts. */
  readonly starts: readonly Target[]
}

/**
 * Gives every node its targets, and every trigger its start, which is where its own wire leads or else the first node. Reports
 * unknown and duplicate IDs, lists that continue into a node that a wire names, and wires that cross the border of a loop.
 */
export function wireFlow(
  list: readonly ReadNode[],
  triggerWires: readonly (ReadWire | undefined)[],
  reporter: Reporter,
): Wiring {
  const nodes: FlowNode[] = []
  const byRead = new Map<ReadNode, FlowNode>()
  const byId = new Map<string, FlowNode>()
  /** The IDs of nodes whose type is not known. Wires may still name them. */
  const unread = new Set<string>()
  /** Nodes that some wire names, with the first such wire. */
  const named = new Map<FlowNode, DocumentPath>()

  const note = (read: ReadNode, loop: FlowNode | undefined): FlowNode | undefined => {
    if (!read.type) {
      if (read.id !== undefined) unread.add(read.id)
      return undefined
    }
    const node: FlowNode = {
      id: read.id,
      name: read.name,
      type: read.type,
      config: read.config,
      at: read.at,
      loop,
      wiredAt: new Map([...read.wires].map(([output, { at }]) => [output, at])),
      targets: new Map(),
    }
    nodes.push(node)
    byRead.set(read, node)
    if (read.id === undefined) return node
    const other = byId.get(read.id)
    if (other) {
      reporter.report({
        code: 'FLOW_DUPLICATE_ID',
        at: [...read.at, 'id'],
        message: `The ID "${read.id}" is used twice in this flow.`,
        hint: 'Give one of the two another ID, and change the wires to it.',
        related: [relatedPlace(reporter, [...other.at, 'id'], 'also here')],
      })
    } else byId.set(read.id, node)
    return node
  }
  const noteAll = (reads: readonly ReadNode[], loop: FlowNode | undefined): void => {
    for (const read of reads) {
      const node = note(read, loop)
      for (const [output, { wire }] of read.wires) noteBelow(wire, node && isBody(node, output) ? node : loop)
    }
  }
  const noteBelow = (wire: ReadWire, loop: FlowNode | undefined): void => {
    if (wire.kind === 'branch') noteAll(wire.nodes, loop)
    if (wire.kind === 'split') for (const branch of wire.branches) noteBelow(branch, loop)
  }
  noteAll(list, undefined)
  for (const wire of triggerWires) if (wire) noteBelow(wire, undefined)

  const findNamed = ({ id, at }: ReadWire & { kind: 'id' }, loop: FlowNode | undefined): Target => {
    const node = byId.get(id)
    if (!node) {
      if (unread.has(id)) return []
      reportUnknownTarget(id, { at, loop }, nodes, reporter)
      return []
    }
    if (node.loop !== loop) {
      reportCrossing(node, { at, loop }, reporter)
      return []
    }
    if (!named.has(node)) named.set(node, at)
    return [node]
  }

  /** Every step from a node to the next one of its list. They are checked once all wires are known. */
  const falls: { from: FlowNode; into: FlowNode }[] = []

  /** `owner` is the node that has the wire; `after` is where an inline branch continues at its end. */
  const resolve = (wire: ReadWire, owner: FlowNode | undefined, after: Continuation): Target => {
    switch (wire.kind) {
      case 'end':
        return []
      case 'stop':
        return stopTarget
      case 'break':
        if (!after.loop || after.loop.type.roles?.loop?.isParallel(after.loop.config)) {
          reportMisplacedBreak({ at: wire.at, loop: after.loop }, reporter)
        }
        return breakTarget
      case 'id':
        return findNamed(wire, after.loop)
      case 'branch':
        return enter(wire.nodes, owner, after)
      case 'split':
        return wire.branches.flatMap((branch) => resolve(branch, owner, { node: undefined, loop: after.loop }))
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
      const fall: Continuation = following ? { node: byRead.get(following), loop: after.loop } : after
      for (const [output, { wire }] of read.wires) {
        // Without a type it is not known whether the node may have a `do`.
        if (!node && output === 'do') continue
        const goesRound = node && isBody(node, output)
        const target = resolve(wire, node, goesRound ? { node: undefined, loop: node } : fall)
        node?.targets.set(output, target)
      }
      if (node) wireRest(node, fall)
    })
  }

  /** Outputs without a wire continue at the next node of the list. */
  const wireRest = (node: FlowNode, fall: Continuation): void => {
    for (const output of outputsOf(node.type, node.config)) {
      if (node.targets.has(output) || node.type.throwsUnlessWired?.includes(output)) continue
      const into = node.type.roles?.reply || isBody(node, output) ? undefined : fall.node
      node.targets.set(output, into ? [into] : [])
      if (into) falls.push({ from: node, into })
    }
  }

  const theEnd: Continuation = { node: undefined, loop: undefined }
  wireList(list, theEnd)
  const first = list[0] && byRead.get(list[0])
  const starts = triggerWires.map((wire) => (wire ? resolve(wire, undefined, theEnd) : first ? [first] : []))
  reportFalls(falls, named, reporter)
  return { nodes, starts }
}
