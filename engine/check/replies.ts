/** That every way through an endpoint's flow replies, and replies once. */
import {
  breakTarget,
  type FlowGraph,
  type FlowNode,
  type FlowTrigger,
  placeOfWay,
  type Target,
  waysOn,
} from '../flow/flow-graph.ts'
import { outputsOf } from '../node.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'
import { holds } from '../trigger.ts'

export function checkReplies(graph: FlowGraph, reporter: Reporter): void {
  const silentEnds = new Set<string>()
  for (const trigger of graph.triggers) {
    if (waits(trigger)) reportSilentEnds(trigger, silentEnds, reporter)
  }
  if (graph.triggers.some(waits)) reportSecondReplies(graph, reporter)
}

function waits({ type, config }: FlowTrigger): boolean {
  return holds(type.expectsReply, config)
}

/**
 * Whether some way from here ends without a reply. A split is silent only if each of its branches can be; a loop has no
 * reply to give where there is nothing to go over.
 */
function createSilence() {
  const known = new Map<FlowNode, boolean>()
  const ofTarget = (target: Target): boolean => target.every(ofNode)
  const ofNode = (node: FlowNode): boolean => {
    const before = known.get(node)
    if (before !== undefined) return before
    const isSilent = !node.type.replies && waysOn(node).some(([, target]) => ofTarget(target))
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
    for (const [output, target] of waysOn(node)) {
      if (!maySayNothing(target)) continue
      target.forEach(follow)
      const key = `${node.name} ${output}`
      if (target.length > 0 || reported.has(key)) continue
      reported.add(key)
      const way = outputsOf(node.type, node.config).length > 1 ? ` by "${output}"` : ''
      reporter.report({
        code: 'FLOW_NO_REPLY',
        at: placeOfWay(node, output),
        message: `A way through the flow ends at ${node.name}${way} without a reply.`,
        hint: node.type.body
          ? 'A loop may have nothing to go over: add a reply that comes after it.'
          : 'Every way from an endpoint must come to a reply: add one here, or wire this output to one.',
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
  for (const node of graph.nodes) {
    if (!node.type.replies || !node.loop || reported.has(node) || mayBreak(node)) continue
    if (node.loop.targets.get('do')?.some(surelyReplies)) reportRepeatedReply(node, node.loop, reporter)
  }
}

/** Whether a way from here breaks the loop that the node stands in. */
function mayBreak(node: FlowNode, seen = new Set<FlowNode>()): boolean {
  if (seen.has(node)) return false
  seen.add(node)
  return waysOn(node).some(([, target]) => target === breakTarget || target.some((next) => mayBreak(next, seen)))
}

function reportRepeatedReply(node: FlowNode, loop: FlowNode, reporter: Reporter): void {
  reporter.report({
    code: 'FLOW_REPLIES_TWICE',
    at: node.at,
    message: `Every iteration of ${loop.name} replies: only the first reply counts.`,
    hint: loop.type.body?.isParallel(loop.config)
      ? 'Reply after the loop.'
      : 'Say "next: break" here, or reply after the loop.',
    related: [relatedPlace(reporter, loop.at, 'the loop')],
  })
}

/** Finds a reply that every way from a node comes to, where there is one. */
function createSureReply() {
  const known = new Map<FlowNode, FlowNode | undefined>()
  const ofNode = (node: FlowNode): FlowNode | undefined => {
    if (node.type.replies) return node
    if (known.has(node)) return known.get(node)
    const perOutput = waysOn(node).map(([, target]) => target.map(ofNode).find((reply) => reply !== undefined))
    const reply = perOutput.every((found) => found !== undefined) ? perOutput[0] : undefined
    known.set(node, reply)
    return reply
  }
  return ofNode
}
