/** Checks that every way through an endpoint's flow replies exactly once, and that every way through a custom node returns. */

import { customNodeKey } from '../custom-node.ts'
import {
  breakTarget,
  type FlowGraph,
  type FlowNode,
  type FlowTrigger,
  isBody,
  outgoingWires,
  placeOfOutput,
  stopTarget,
  type Target,
} from '../flow/flow-graph.ts'
import { outputsOf } from '../node.ts'
import type { ProblemCode } from '../source/problem.ts'
import { type Reporter, relatedPlace } from '../source/reporter.ts'
import { appliesTo } from '../trigger.ts'

/** What every way from a trigger must reach: a reply, or a return. */
interface Answer {
  readonly word: 'reply' | 'return'
  /** Who waits for it. */
  readonly of: 'endpoint' | 'custom node'
  readonly from: string
  readonly codes: { readonly none: ProblemCode; readonly twice: ProblemCode }
  /** Whether it must have been given before a wire ends the run by `stop`. */
  readonly isDueAtStop: boolean
  isGivenBy(node: FlowNode): boolean
  isAskedBy(trigger: FlowTrigger): boolean
}

const reply: Answer = {
  word: 'reply',
  of: 'endpoint',
  from: 'an endpoint',
  codes: { none: 'FLOW_NO_REPLY', twice: 'FLOW_REPLIES_TWICE' },
  isDueAtStop: true,
  isGivenBy: ({ type }) => type.roles?.reply !== undefined,
  isAskedBy: ({ type, config }) => appliesTo(type.expectsReply, config),
}

const returned: Answer = {
  word: 'return',
  of: 'custom node',
  from: 'the start of a custom node',
  codes: { none: 'FLOW_NO_RETURN', twice: 'FLOW_RETURNS_TWICE' },
  isDueAtStop: false,
  isGivenBy: ({ type }) => type.roles?.returns === true,
  isAskedBy: ({ type }) => type.key === customNodeKey,
}

export function checkReplies(graph: FlowGraph, reporter: Reporter): void {
  for (const answer of [reply, returned]) {
    const silentEnds = new Set<string>()
    const asking = graph.triggers.filter(answer.isAskedBy)
    for (const trigger of asking) reportSilentEnds(trigger, answer, silentEnds, reporter)
    if (asking.length > 0) reportSecondAnswers(graph, answer, reporter)
  }
}

/**
 * Whether some way from here ends without an answer. A split has no answer only if none of its branches is sure to give one;
 * a loop gives none if it has no iteration.
 */
function createSilence({ isGivenBy, isDueAtStop }: Answer) {
  const known = new Map<FlowNode, boolean>()
  const ofTarget = (target: Target): boolean => (target !== stopTarget || isDueAtStop) && target.every(ofNode)
  /** Whether an iteration may end the run before it has answered. */
  const mayStop = (target: Target = [], seen = new Set<FlowNode>()): boolean =>
    target === stopTarget ||
    target.some((node) => {
      if (seen.has(node) || isGivenBy(node)) return false
      seen.add(node)
      return [...node.targets.values()].some((next) => mayStop(next, seen))
    })
  const ofNode = (node: FlowNode): boolean => {
    const before = known.get(node)
    if (before !== undefined) return before
    const isSilent =
      !isGivenBy(node) &&
      (outgoingWires(node).some(([, target]) => ofTarget(target)) || (isDueAtStop && mayStop(node.targets.get('do'))))
    known.set(node, isSilent)
    return isSilent
  }
  return ofTarget
}

function reportSilentEnds(trigger: FlowTrigger, answer: Answer, reported: Set<string>, reporter: Reporter): void {
  const { word, of, from, codes } = answer
  const maySayNothing = createSilence(answer)
  const seen = new Set<FlowNode>()
  const follow = (node: FlowNode): void => {
    if (seen.has(node) || answer.isGivenBy(node)) return
    seen.add(node)
    for (const [output, target] of answer.isDueAtStop ? node.targets : outgoingWires(node)) {
      if (!isBody(node, output) && !maySayNothing(target)) continue
      target.forEach(follow)
      const key = `${node.name} ${output}`
      if (target.length > 0 || reported.has(key)) continue
      // The end of an iteration is not one of the flow.
      if ((isBody(node, output) || node.loop) && target !== stopTarget) continue
      reported.add(key)
      const way = outputsOf(node.type, node.config).length > 1 ? ` by "${output}"` : ''
      reporter.report({
        code: codes.none,
        at: placeOfOutput(node, output),
        message: `A way through the flow ends at ${node.name}${way} without a ${word}.`,
        hint: node.type.roles?.loop
          ? `A loop may have no iteration: add a ${word} after it.`
          : `Every way from ${from} must reach a ${word}: add one here, or wire this output to one.`,
        related: [relatedPlace(reporter, trigger.at, `the ${of} that waits for it`)],
      })
    }
  }
  if (maySayNothing(trigger.start)) {
    trigger.start.forEach(follow)
    if (trigger.start.length === 0) {
      reporter.report({
        code: codes.none,
        at: trigger.at,
        message: `The flow of this ${of} has no node that ${word === 'reply' ? 'replies' : 'returns'}.`,
        hint: `Add a node of type ${word}.`,
      })
    }
  }
}

/** Reports an answer that follows another on the same way, and two branches of a split that both always answer. */
function reportSecondAnswers(graph: FlowGraph, answer: Answer, reporter: Reporter): void {
  const { word, codes, isGivenBy } = answer
  const reported = new Set<FlowNode>()
  const report = (second: FlowNode, first: FlowNode) => {
    if (reported.has(second)) return
    reported.add(second)
    reporter.report({
      code: codes.twice,
      at: second.at,
      message:
        word === 'reply'
          ? `This way has been answered already, at ${first.name}: only the first reply counts.`
          : `Another branch returns too, at ${first.name}: only the first return counts.`,
      hint: 'Remove one of the two.',
      related: [relatedPlace(reporter, first.at, `the first ${word}`)],
    })
  }

  const followFrom = (first: FlowNode) => {
    const seen = new Set<FlowNode>()
    const follow = (node: FlowNode): void => {
      if (seen.has(node)) return
      seen.add(node)
      if (isGivenBy(node)) report(node, first)
      else for (const target of node.targets.values()) target.forEach(follow)
    }
    for (const target of first.targets.values()) target.forEach(follow)
  }

  const surelyAnswers = createSureAnswer(answer)
  for (const node of graph.nodes) {
    if (isGivenBy(node)) followFrom(node)
    for (const target of node.targets.values()) {
      const [first, second] = target.map(surelyAnswers).filter((sure) => sure !== undefined)
      if (first && second) report(second, first)
    }
  }
  for (const node of graph.nodes) {
    if (!node.type.roles?.reply || !node.loop || reported.has(node) || mayBreak(node)) continue
    if (node.loop.targets.get('do')?.some(surelyAnswers)) reportRepeatedReply(node, node.loop, reporter)
  }
}

/** Whether a way from here ends the loop around the node before its last iteration. */
function mayBreak(node: FlowNode, seen = new Set<FlowNode>()): boolean {
  if (seen.has(node)) return false
  seen.add(node)
  return outgoingWires(node).some(
    ([, target]) => target === breakTarget || target === stopTarget || target.some((next) => mayBreak(next, seen)),
  )
}

function reportRepeatedReply(node: FlowNode, loop: FlowNode, reporter: Reporter): void {
  reporter.report({
    code: 'FLOW_REPLIES_TWICE',
    at: node.at,
    message: `Every iteration of ${loop.name} replies: only the first reply counts.`,
    hint: loop.type.roles?.loop?.isParallel(loop.config)
      ? 'Say "next: stop" here, which ends the run, or reply after the loop.'
      : 'Say "next: stop" here, which ends the run, or "next: break", or reply after the loop.',
    related: [relatedPlace(reporter, loop.at, 'the loop')],
  })
}

/** Returns a function that finds an answer that every way from a node reaches, if there is one. */
function createSureAnswer({ isGivenBy }: Answer) {
  const known = new Map<FlowNode, FlowNode | undefined>()
  const ofNode = (node: FlowNode): FlowNode | undefined => {
    if (isGivenBy(node)) return node
    if (known.has(node)) return known.get(node)
    const perOutput = outgoingWires(node).map(([, target]) => target.map(ofNode).find((sure) => sure !== undefined))
    const sure = perOutput.every((found) => found !== undefined) ? perOutput[0] : undefined
    known.set(node, sure)
    return sure
  }
  return ofNode
}
