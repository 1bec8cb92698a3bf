/** Wires that lead nowhere, in a circle, or where they may not. */
import { isScalar, isSeq } from 'yaml'
import { type FlowText, type NodePlace, outputsAt, wiresOf } from './flow-text.ts'
import { type Change, type Mutation, say } from './mutation.ts'

/** Every place of a node's wires that leads to one node, and a `next` where it has none. */
function wirePlaces(flow: FlowText, node: NodePlace): readonly ((value: string) => Change)[] {
  const leaves = wiresOf(node).flatMap(({ value }) => leavesOf(value))
  const places = leaves.map((leaf) => (value: string) => ({
    edits: [flow.replace(leaf, value)],
    at: flow.start(leaf),
    scope: node.path,
  }))
  const canSayNext = outputsAt(node).includes('next') && !flow.keyed(node.map, 'next')
  return [...places, ...(canSayNext ? [(value: string) => say(flow, node, 'next', value)] : [])]
}

function leavesOf(wire: unknown): readonly unknown[] {
  if (isScalar(wire)) return [wire]
  return isSeq(wire) ? wire.items.filter((item) => isScalar(item)) : []
}

/** Nodes that go on at the next of their list, where nothing else leads. */
function falls(flow: FlowText): readonly NodePlace[] {
  return flow.nodes.filter((node) => {
    const above = flow.nodes.find(({ list, index }) => list === node.list && index === node.index - 1)
    if (!above || above.type.roles?.reply) return false
    const wired = wiresOf(above).map(({ key }) => key)
    return outputsAt(above).some(
      (output) => output !== 'do' && !wired.includes(output) && !above.type.throwsUnlessWired?.includes(output),
    )
  })
}

export const wrongWires: readonly Mutation[] = [
  {
    name: 'a wire to no node',
    codes: ['FLOW_UNKNOWN_TARGET'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap((node) =>
        wirePlaces(flow, node).flatMap((put) => ['nowhere', 'ende', '<< data.a >>', '"no ID"', '""'].map(put)),
      ),
  },
  {
    name: 'a wire that is no wire',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap((node) =>
        outputsAt(node)
          .filter((output) => output === 'next' || output === 'then' || output === 'else')
          .flatMap((output) => ['7', 'true', '{ type: reply }', 'null'].map((wire) => say(flow, node, output, wire))),
      ),
  },
  {
    name: 'a split that mixes nodes and branches',
    codes: ['FLOW_WRONG_TYPE'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes
        .filter((node) => outputsAt(node).includes('next'))
        .map((node) => say(flow, node, 'next', '[ end, { type: debug } ]')),
  },
  {
    name: 'the second of two nodes with one ID',
    codes: ['FLOW_DUPLICATE_ID'],
    changes: (flow) =>
      flow.nodes.flatMap((first, index) =>
        flow.nodes.slice(index + 1).map((second) => {
          const change = say(flow, second, 'id', first.id ?? 'twin')
          return first.id === undefined
            ? { ...change, edits: [...change.edits, ...say(flow, first, 'id', 'twin').edits] }
            : change
        }),
      ),
  },
  {
    name: 'a wire that closes a cycle',
    codes: ['FLOW_CYCLE'],
    changes: (flow) => {
      const [first] = flow.nodes
      // With one trigger alone every node comes after the first.
      if (!first || first.loop || flow.triggers.length > 1) return []
      const id = first.id ?? 'beginning'
      const naming = first.id === undefined ? say(flow, first, 'id', id).edits : []
      return flow.nodes
        .filter((node) => node.loop === undefined && outputsAt(node).includes('next'))
        .filter((node) => node !== first || first.id !== undefined)
        .map((node) => {
          const change = say(flow, node, 'next', id)
          return { ...change, edits: [...change.edits, ...naming] }
        })
    },
  },
  {
    name: 'a node that is wired to and fallen into',
    codes: ['FLOW_FALLS_INTO_TARGET'],
    changes: (flow) =>
      falls(flow).map((node) => {
        const above = { ...node, index: node.index - 1 }
        const id = node.id ?? 'below'
        const naming = node.id === undefined ? say(flow, node, 'id', id).edits : []
        const wire = flow.addNode(above, `{ type: conditional, if: << data.a >>, then: ${id} }`)
        return { edits: [wire, ...naming], at: flow.start(node.map) }
      }),
  },
  {
    name: 'a wire across the border of a loop',
    codes: ['FLOW_CROSSES_LOOP'],
    changes: (flow) =>
      flow.nodes.flatMap((from) =>
        flow.nodes
          .filter((to) => to.loop !== from.loop && outputsAt(from).includes('next'))
          .map((to) => {
            const change = say(flow, from, 'next', to.id ?? 'beyond')
            const naming = to.id === undefined ? say(flow, to, 'id', 'beyond').edits : []
            return { ...change, edits: [...change.edits, ...naming] }
          }),
      ),
  },
  {
    name: 'a break outside of a loop',
    codes: ['FLOW_MISPLACED_BREAK'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes
        .filter((node) => node.loop === undefined && outputsAt(node).includes('next'))
        .map((node) => say(flow, node, 'next', 'break')),
  },
  {
    name: 'a node that nothing leads to',
    codes: ['FLOW_UNREACHABLE'],
    changes: (flow) =>
      falls(flow)
        .filter(({ id }) => id === undefined)
        .map((node) => ({ edits: [flow.addNode(node, '{ type: debug, next: end }')], at: flow.start(node.map) })),
  },
]
