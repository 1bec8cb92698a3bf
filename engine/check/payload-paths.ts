/**
 * Follows, node by node, what can stand on the payload, and complains of a path that is read and that no way to the
 * node can have written.
 */
import type { FlowGraph, FlowNode } from '../flow/flow-graph.ts'
import type { ActionCatalog } from '../node.ts'
import type { Path } from '../path.ts'
import { parsePath } from '../path.ts'
import { nearestName } from '../source/nearest-name.ts'
import type { DocumentPath } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { findAbsence, joinShapes, type Shape, unknown, writeShape } from './shape.ts'

/** A path that a node's configuration reads, and where in the file it stands. */
export interface ConfigRead {
  readonly path: Path
  readonly at: DocumentPath
  readonly offset: number
  readonly length: number
}

export interface PathCheck {
  readonly graph: FlowGraph
  /** The graph's nodes, each after all that lead to it. */
  readonly order: readonly FlowNode[]
  readonly reads: ReadonlyMap<FlowNode, readonly ConfigRead[]>
  /** Whether the node's configuration was read whole. What another one writes is not known. */
  isSound(node: FlowNode): boolean
  /** What stands on the payload when each trigger fires. */
  readonly starts: readonly Shape[]
  readonly actions: ActionCatalog
  readonly reporter: Reporter
}

export function checkPayloadPaths(check: PathCheck): void {
  const { graph, order, reads, starts, actions, reporter } = check
  const entering = new Map<FlowNode, Shape>()
  const enter = (node: FlowNode, shape: Shape) => {
    const before = entering.get(node)
    entering.set(node, before ? joinShapes(before, shape) : shape)
  }

  graph.triggers.forEach((trigger, index) => {
    const start = starts[index]
    if (start) for (const node of trigger.start) enter(node, start)
  })

  for (const node of order) {
    const shape = entering.get(node)
    if (!shape) continue
    for (const read of reads.get(node) ?? []) reportIfAbsent(read, shape, reporter)
    for (const [output, target] of node.targets) {
      const writes = check.isSound(node) ? (node.type.writes?.(node.config, output, actions) ?? []) : undefined
      const leaving = writes
        ? writes.reduce((before, write) => writeShape(before, parsePath(write.path).segments, write.shape), shape)
        : unknown
      for (const next of target) enter(next, leaving)
    }
  }
}

function reportIfAbsent(read: ConfigRead, shape: Shape, reporter: Reporter): void {
  const absence = findAbsence(shape, read.path.segments)
  if (!absence) return
  const parent = read.path.segments.slice(0, absence.index).join('.')
  const near = nearestName(absence.key, absence.known)
  const known = absence.known.length > 0 ? `It has: ${absence.known.slice(0, 20).join(', ')}.` : undefined
  const where = parent === '' ? 'The payload' : parent
  reporter.report({
    code: 'FLOW_ABSENT_PATH',
    at: read.at,
    offset: read.offset,
    length: read.length,
    message: `${where} never has "${absence.key}" here, so ${read.path.text} is always missing.`,
    ...(near ? { hint: `Did you mean "${near}"?` } : known ? { hint: known } : {}),
  })
}
