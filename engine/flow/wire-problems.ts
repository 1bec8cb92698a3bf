/** The problems of wires that lead where they must not, each with the places that it mentions. */
import { outputsOf } from '../node.ts'
import { didYouMean } from '../source/nearest-name.ts'
import type { DocumentPath } from '../source/position.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'
import { type FlowNode, isWithin } from './flow-graph.ts'

interface Wire {
  readonly at: DocumentPath
  /** The loop around the wire. */
  readonly loop: FlowNode | undefined
}

export function reportUnknownTarget(id: string, { at, loop }: Wire, nodes: Iterable<FlowNode>, reporter: Reporter) {
  const ids = [...nodes].flatMap((node) => (node.loop === loop && node.id !== undefined ? [node.id] : []))
  const nearest = didYouMean(id, [...ids, 'end', 'stop', ...(loop ? ['break'] : [])])
  reporter.report({
    code: 'FLOW_UNKNOWN_TARGET',
    at,
    message: `No node of this flow has the ID "${id}".`,
    hint: nearest ?? 'Give the intended node an "id", or write "end".',
  })
}

/** `node` is where the wire leads: a node in another loop, or outside of every loop. */
export function reportCrossing(node: FlowNode, { at, loop }: Wire, reporter: Reporter): void {
  const leadsOut = loop !== undefined && !isWithin(node, loop)
  const border = leadsOut ? loop : node.loop
  reporter.report({
    code: 'FLOW_CROSSES_LOOP',
    at,
    message: `This wire leads ${leadsOut ? 'out of' : 'into'} the loop ${border?.name}, to ${node.name}.`,
    hint: leadsOut
      ? 'Within "do", "end" ends the iteration, "break" the loop and "stop" the run. All nodes of an iteration must be within "do".'
      : `An iteration begins at the top of "do": wire to the loop, or move ${node.name} out of it.`,
    related: [
      relatedPlace(reporter, node.at, 'the node that it leads to'),
      ...(border ? [relatedPlace(reporter, border.at, 'the loop')] : []),
    ],
  })
}

export function reportMisplacedBreak({ at, loop }: Wire, reporter: Reporter): void {
  reporter.report({
    code: 'FLOW_MISPLACED_BREAK',
    at,
    ...(loop
      ? {
          message: `"break" cannot end the loop ${loop.name}: its iterations run at the same time.`,
          hint: 'Write "end" to end the iteration or "stop" to end the run, or remove "parallel" from the loop.',
          related: [relatedPlace(reporter, loop.at, 'the loop')],
        }
      : { message: '"break" ends a loop, and this wire is not in one.', hint: 'Write "end" to end the path.' }),
  })
}

/** Reports steps to the next node of a list if a wire also names that node. `named` are the nodes that a wire names, with that wire. */
export function reportFalls(
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
    const outputs = outputsOf(from.type, from.config)
    reporter.report({
      code: 'FLOW_FALLS_INTO_TARGET',
      at: into.at,
      message: `A wire leads to "${into.name}", and ${from.name} above it also continues to it.`,
      hint: outputs.includes('next')
        ? `Say "next: ${into.id}" or "next: end" at ${from.name}.`
        : `Wire each output of ${from.name}: ${outputs.map((output) => `"${output}"`).join(', ')}.`,
      related: [
        relatedPlace(reporter, from.at, 'continues to it'),
        relatedPlace(reporter, wireAt, 'the wire that names it'),
      ],
    })
  }
}
