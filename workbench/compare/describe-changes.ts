/** Changes of a flow, for people. */
import type { Change, Rewired, ValueChange } from './flow-changes.ts'

export function describeChanges(changes: readonly Change[]): string {
  return changes.map(describe).join('\n')
}

function describe(change: Change): string {
  switch (change.kind) {
    case 'flow':
      return ['~ the flow', ...describeValues(change.values)].join('\n')
    case 'trigger-added':
      return `+ trigger ${change.trigger}  line ${change.line}`
    case 'trigger-removed':
      return `- trigger ${change.trigger}`
    case 'trigger-changed':
      return [
        `~ trigger ${change.trigger}  line ${change.line}`,
        ...describeValues(change.values),
        ...describeWires(change.rewired),
      ].join('\n')
    case 'node-added':
      return `+ ${change.node}  ${change.type}, line ${change.line}`
    case 'node-removed':
      return `- ${change.node}  ${change.type}`
    case 'node-changed': {
      const before = change.renamedFrom === undefined ? '' : `, was ${change.renamedFrom}`
      return [
        `~ ${change.node}  ${change.type}, line ${change.line}${before}`,
        ...describeValues(change.values),
        ...describeWires(change.rewired),
      ].join('\n')
    }
  }
}

function describeValues(values: readonly ValueChange[]): string[] {
  return values.map(({ path, before, after }) => `    ${path}: ${before} → ${after}`)
}

function describeWires(wires: readonly Rewired[]): string[] {
  return wires.map(({ output, before, after }) => `    ${output} leads to ${after}, and led to ${before}`)
}
