/** Links compiled flows: every node gets its visit, and each output the nodes that it leads to. */
import type { CompiledFlow } from '../compile/compiled-flow.ts'
import { breakTarget, type FlowNode, stopTarget, type Target } from '../flow/flow-graph.ts'
import { breaking, type LinkedNode, type LinkedTrigger, stopping, type WrapVisit } from './linked-flow.ts'
import { repeat } from './repeat.ts'
import { useCustomNode } from './use-custom-node.ts'

/** `flows` are in order of use: a custom node comes before the flows that use it. */
export function linkFlows(
  flows: Iterable<CompiledFlow>,
  wrapVisit: WrapVisit = (_node, visit) => visit,
): ReadonlyMap<CompiledFlow, readonly LinkedTrigger[]> {
  const linked = new Map<CompiledFlow, readonly LinkedTrigger[]>()
  const customNodes = new Map<string, LinkedTrigger<'custom-node'>>()
  for (const flow of flows) {
    const triggers = linkFlow(flow, customNodes, wrapVisit)
    linked.set(flow, triggers)
    for (const trigger of triggers) if (trigger.type === 'custom-node') customNodes.set(trigger.spec.name, trigger)
  }
  return linked
}

function linkFlow(
  { flow, nodes, triggers, place, ownOutputs }: CompiledFlow,
  customNodes: ReadonlyMap<string, LinkedTrigger<'custom-node'>>,
  wrapVisit: WrapVisit,
): LinkedTrigger[] {
  const linked = new Map<FlowNode, LinkedNode>()
  const linkAll = (target: Target): readonly LinkedNode[] => {
    if (target === breakTarget) return breaking
    return target === stopTarget ? stopping : target.flatMap((node) => linked.get(node) ?? [])
  }

  for (const { node, config } of nodes.toReversed()) {
    const { type } = node
    const targets: LinkedNode['targets'] = {}
    for (const [output, target] of node.targets) targets[output] = linkAll(target)
    // A node type is known here only by its base type: what `compileConfig` made of its schema is what `compile` takes.
    const visit = type.compile(config as never, {
      wired: new Set(node.wiredAt.keys()),
      nodeName: node.name,
      flowId: flow.id,
      config: node.config,
      repeat: (payload, run, repetition) => repeat(own, payload, run, repetition),
      useCustomNode: (run, inputs) =>
        useCustomNode(own, customNodes.get(type.roles?.customNode?.definition?.name ?? ''), run, inputs),
      ownOutputs,
      locate: (field, offset) => place([...node.at, field], offset),
    })
    const position = { id: node.id, name: node.name, type: type.type, flow, line: place(node.at).line, targets }
    const own: LinkedNode = { ...position, visit: wrapVisit(position, visit) }
    linked.set(node, own)
  }
  return triggers.map((trigger) => ({ ...trigger, start: linkAll(trigger.start) }))
}
