/**
 * Follows the shape of the payload from node to node, and reports every path that a node reads although nothing on any way
 * to it can have written the path.
 */

import type { ActionCatalog } from '../../contracts/actions.ts'
import { type FlowGraph, type FlowNode, isWithin, outgoingWires } from '../flow/flow-graph.ts'
import { anything, findAbsence, joinShapes, type Shape, writeShape } from '../json-schema/shape.ts'
import { type LoopRole, outputsOf, type Write } from '../node.ts'
import { didYouMean } from '../source/nearest-name.ts'
import type { DocumentPath } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { TextSyntaxError } from '../source/syntax-error.ts'
import { type PathRead, parsePath } from '../values/path.ts'

/** A path that a node's configuration reads, and its place in the file. */
export interface ConfigRead extends PathRead {
  readonly at: DocumentPath
}

export interface PathCheck {
  readonly graph: FlowGraph
  /** The graph's nodes; each comes after all that lead to it. */
  readonly order: readonly FlowNode[]
  readonly reads: ReadonlyMap<FlowNode, readonly ConfigRead[]>
  /** Whether the node's configuration has no problem. What a node with one writes is not known. */
  isSound(node: FlowNode): boolean
  /** The shape of the payload when each trigger fires. */
  readonly starts: readonly Shape[]
  readonly actions: ActionCatalog
  readonly reporter: Reporter
  /** Called once for each node that can be reached, with the shape of the payload before the node. */
  readonly onNode?: (node: FlowNode, shape: Shape) => void
}

export function checkPayloadPaths(check: PathCheck): void {
  const entering = new Map<FlowNode, Shape>()
  check.graph.triggers.forEach((trigger, index) => {
    const start = check.starts[index]
    if (start) for (const node of trigger.start) enter(entering, node, start)
  })
  follow(undefined, entering, check)
}

function enter(entering: Map<FlowNode, Shape>, node: FlowNode, shape: Shape): void {
  const before = entering.get(node)
  entering.set(node, before ? joinShapes(before, shape) : shape)
}

/**
 * Follows the nodes in `loop`, or those outside of every loop. Returns the shape of the payload where a way ends or splits,
 * which is where an iteration leaves it, joined with `before`.
 */
function follow(
  loop: FlowNode | undefined,
  entering: Map<FlowNode, Shape>,
  check: PathCheck,
  before?: Shape,
): Shape | undefined {
  let ended = before
  for (const node of check.order) {
    const shape = node.loop === loop ? entering.get(node) : undefined
    if (!shape) continue
    check.onNode?.(node, shape)
    const body = node.type.roles?.loop
    for (const read of check.reads.get(node) ?? []) {
      if (!body?.readsAfter.includes(fieldOf(read, node))) reportIfAbsent(read, shape, check.reporter)
    }
    const visited = body ? followIterations(node, body, shape, check) : shape
    for (const [output, target] of outgoingWires(node)) {
      const leaving = check.isSound(node) ? writeAll(visited, writesOf(node, output, check)) : anything
      if (target.length !== 1) ended = ended ? joinShapes(ended, leaving) : leaving
      for (const next of target) enter(entering, next, leaving)
    }
  }
  return ended
}

/** Follows the iterations of a loop and returns the shape of the payload after it. There may have been no iteration. */
function followIterations(loop: FlowNode, body: LoopRole, before: Shape, check: PathCheck): Shape {
  const isParallel = body.isParallel(loop.config)
  const begun = check.isSound(loop)
    ? writeAll(isParallel ? before : withWritesOf(loop, before, check), body.writes(loop.config))
    : anything
  const start = loop.targets.get('do') ?? []
  const entering = new Map(start.map((node) => [node, begun]))
  const ended = follow(loop, entering, check, start.length === 1 ? undefined : begun)
  for (const read of check.reads.get(loop) ?? []) {
    if (ended && body.readsAfter.includes(fieldOf(read, loop))) reportIfAbsent(read, ended, check.reporter)
  }
  return isParallel || !ended ? before : joinShapes(before, ended)
}

/** `shape` with what earlier iterations may have written. */
function withWritesOf(loop: FlowNode, shape: Shape, check: PathCheck): Shape {
  const within = check.order.filter((node) => isWithin(node, loop))
  if (!within.every(check.isSound)) return anything
  const writes = within.flatMap((node) => [
    ...(node.type.roles?.loop?.writes(node.config) ?? []),
    ...outputsOf(node.type, node.config).flatMap((output) => writesOf(node, output, check)),
  ])
  return writeAll(
    shape,
    writes.map(({ path }) => ({ path, shape: anything })),
  )
}

function writesOf({ type, config }: FlowNode, output: string, { actions }: PathCheck): readonly Write[] {
  return type.writes?.(config, output, actions) ?? []
}

function writeAll(shape: Shape, writes: readonly Write[]): Shape {
  return writes.reduce((before, write) => {
    const segments = segmentsOf(write.path)
    return segments ? writeShape(before, segments, write.shape) : before
  }, shape)
}

/** `undefined` if it is no path, as in a flow that is half written in an editor. */
function segmentsOf(path: string): readonly string[] | undefined {
  try {
    return parsePath(path).segments
  } catch (error) {
    if (error instanceof TextSyntaxError) return undefined
    throw error
  }
}

/** The field of the node's configuration that contains the read. */
function fieldOf(read: ConfigRead, node: FlowNode): string {
  return String(read.at[node.at.length])
}

function reportIfAbsent(read: ConfigRead, shape: Shape, reporter: Reporter): void {
  const absence = findAbsence(shape, read.path.segments)
  if (!absence) return
  const parent = read.path.segments.slice(0, absence.index).join('.')
  const known = absence.known.length > 0 ? `It has: ${absence.known.slice(0, 20).join(', ')}.` : undefined
  const where = parent === '' ? 'The payload' : parent
  reporter.report({
    code: 'FLOW_ABSENT_PATH',
    at: read.at,
    offset: read.offset,
    length: read.length,
    message: `${where} never has "${absence.key}" here, so ${read.path.text} is always missing.`,
    hint: didYouMean(absence.key, absence.known) ?? known,
  })
}
