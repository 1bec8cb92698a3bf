/** Checks that the flow of a custom node starts and returns as one, and that no other flow returns. */
import { type CustomNodeSpec, customNodeKey } from '../custom-node.ts'
import type { FlowGraph, FlowNode } from '../flow/flow-graph.ts'
import { didYouMean } from '../source/nearest-name.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'

/** `spec` belongs to the custom node that the flow defines, if it defines one. */
export function checkCustomNode(graph: FlowGraph, spec: CustomNodeSpec | undefined, reporter: Reporter): void {
  for (const node of graph.nodes) {
    if (node.type.roles?.returns) checkReturn(node, spec, reporter)
    if (!node.type.roles?.reply || !spec) continue
    reporter.report({
      code: 'FLOW_MISPLACED_NODE',
      at: node.at,
      message: 'A custom node cannot reply: the flow that uses it does.',
      hint: 'Return the contents of the reply, and reply in the flow that uses the node.',
    })
  }
  if (spec) checkTriggers(graph, reporter)
}

function checkReturn({ at, config, loop }: FlowNode, spec: CustomNodeSpec | undefined, reporter: Reporter): void {
  const report = reporter.below(at)
  if (!spec) {
    report({
      code: 'FLOW_MISPLACED_NODE',
      at: [],
      message: 'Only a custom node returns, and this flow is not one.',
      hint: 'To end the path, say "next: end" at the node above.',
    })
    return
  }
  if (loop) {
    report({
      code: 'FLOW_MISPLACED_NODE',
      at: [],
      message: 'A custom node cannot return from within a loop.',
      hint: 'Say "next: break" here, and return after the loop.',
      related: [relatedPlace(reporter, loop.at, 'the loop')],
    })
  }
  if (config.value !== undefined && spec.result === 'none') {
    const message = 'This custom node has no result, so nothing can be returned.'
    const hint = 'Remove "result: none" from its trigger, or "value" from here.'
    report({ code: 'FLOW_UNKNOWN_FIELD', at: ['value'], atKey: true, message, hint })
  }
  const { output } = config
  const known = spec.outputs.map((name) => `"${name}"`).join(', ')
  if (output === undefined && spec.outputs.length > 1) {
    const message = 'This return does not say by which output.'
    report({ code: 'FLOW_MISSING_FIELD', at: ['output'], message, hint: `Write "output:" with one of ${known}.` })
  } else if (typeof output === 'string' && !spec.outputs.includes(output)) {
    report({
      code: 'FLOW_UNKNOWN_OUTPUT',
      at: ['output'],
      message: `This custom node has no output "${output}".`,
      hint: didYouMean(output, spec.outputs) ?? `Its outputs are: ${known}.`,
    })
  }
}

/** A custom node has no other trigger: only the flows that use it give it the inputs that it declares. */
function checkTriggers({ triggers }: FlowGraph, reporter: Reporter): void {
  const [own] = triggers.filter(({ type }) => type.key === customNodeKey)
  for (const trigger of triggers) {
    if (trigger === own || !own) continue
    reporter.report({
      code: 'FLOW_MISPLACED_TRIGGER',
      at: trigger.at,
      message: 'Only the flows that use a custom node can start it.',
      hint: 'Move this trigger to a flow that uses the custom node.',
      related: [relatedPlace(reporter, own.at, 'makes this flow a custom node')],
    })
  }
}
