/** That every way through an endpoint's flow replies, and replies once. */
import type { FlowGraph, FlowNode, FlowTrigger, Target } from '../flow/flow-graph.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'

export function checkReplies(graph: FlowGraph, reporter: Reporter): void {
  const silentEnds = new Set<string>()
  for (const trigger of graph.triggers) {
    if (trigger.type.expectsReply) reportSilentEnds(trigger, silentEnds, reporter)
  }
  if (graph.triggers.some((trigger) => trigger.type.expectsReply)) reportSecondReplies(graph, reporter)
}

/** Whether some way from here ends without a reply. A split is silent only if each of its branches can be. */
function createSilence() {
  const known = new Map<FlowNode, boolean>()
  const ofTarget = (target: Target): boolean => target.every(ofNode)
  const ofNode = (node: FlowNode): boolean => {
    const before = known.get(node)
    if (before !== undefined) return before
    const isSilent = !node.type.replies && [...node.targets.values()].some(ofTarget)
    known.set(node, isSilent)
    return isSilent
  }
  return ofTarget
}

function reportSilentEnds(trigger: FlowTrigger, reported: Set<string>, reporter: Reporter): void {
  const maySayNothing = createSilence()
  const seen = new Set<FlowNode>()
  const follow = (node: FlowNode): void => {
    if (seen.has(node) || node.type.replies) return
    seen.add(node)
    for (const [output, target] of node.targets) {
      if (!maySayNothing(target)) continue
      target.forEach(follow)
      const key = `${node.name} ${output}`
      if (target.length > 0 || reported.has(key)) continue
      reported.add(key)
      const way = node.type.outputs.length > 1 ? ` by "${output}"` : ''
      reporter.report({
        code: 'FLOW_NO_REPLY',
        at: node.wired.has(output) ? [...node.at, output] : node.at,
        message: `A way through the flow ends at ${node.name}${way} without a reply.`,
        hint: 'Every way from an endpoint must come to a reply: add one here, or wire this output to one.',
        related: [relatedPlace(reporter, trigger.at, 'the endpoint that waits for it')],
      })
    }
  }
  if (maySayNothing(trigger.start)) {
    trigger.start.forEach(follow)
    if (trigger.start.length === 0) {
      reporter.report({
        code: 'FLOW_NO_REPLY',
        at: trigger.at,
        message: 'The flow of this endpoint has no node that replies.',
        hint: 'Add a node of type reply.',
      })
    }
  }
}

/** A reply that comes after another on the same way, or in two branches of a split that both always reply. */
function reportSecondReplies(graph: FlowGraph, reporter: Reporter): void {
  const reported = new Set<FlowNode>()
  const report = (second: FlowNode, first: FlowNode) => {
    if (reported.has(second)) return
    reported.add(second)
    reporter.report({
      code: 'FLOW_REPLIES_TWICE',
      at: second.at,
      message: `This way has been answered already, at ${first.name}: only the first reply counts.`,
      hint: 'Take one of the two away.',
      related: [relatedPlace(reporter, first.at, 'the first reply')],
    })
  }

  const followReply = (first: FlowNode) => {
    const seen = new Set<FlowNode>()
    const follow = (node: FlowNode): void => {
      if (seen.has(node)) return
      seen.add(node)
      if (node.type.replies) report(node, first)
      else for (const target of node.targets.values()) target.forEach(follow)
    }
    for (const target of first.targets.values()) target.forEach(follow)
  }

  const surelyReplies = createSureReply()
  for (const node of graph.nodes) {
    if (node.type.replies) followReply(node)
    for (const target of node.targets.values()) {
      const [first, second] = target.map(surelyReplies).filter((reply) => reply !== undefined)
      if (first && second) report(second, first)
    }
  }
}

/** Finds a reply that every way from a node comes to, where there is one. */
function createSureReply() {
  const known = new Map<FlowNode, FlowNode | undefined>()
  const ofNode = (node: FlowNode): FlowNode | undefined => {
    if (node.type.replies) return node
    if (known.has(node)) return known.get(node)
    const perOutput = [...node.targets.values()].map((target) =>
      target.map(ofNode).find((reply) => reply !== undefined),
    )
    const reply = perOutput.every((found) => found !== undefined) ? perOutput[0] : undefined
    known.set(node, reply)
    return reply
  }
  return ofNode
}
