/** One way to make a sound flow wrong, at a line that is known. */
import type { ProblemCode } from '../../../engine/source/problem.ts'
import type { Edit, Field, FlowText, NodePlace } from './flow-text.ts'

export interface Mutation {
  /** Completes "… is told at its line". */
  readonly name: string
  /** The problem has one of them. */
  readonly codes: readonly ProblemCode[]
  /** Whether it is told whatever else is wrong with the flow, if that stands elsewhere. */
  readonly isAlone?: boolean
  /** All the changes of this kind that the flow lends itself to. */
  readonly changes: (flow: FlowText) => readonly Change[]
}

export interface Change {
  readonly edits: readonly Edit[]
  /** What the problem must point at: a place in the text as it was before. */
  readonly at: number
  /** So many characters further on, once the edits are made. */
  readonly further?: number
  /** The path of the node that alone is not read as it was meant any more. The whole flow is not where it is not given. */
  readonly scope?: string
}

export interface Changed {
  readonly text: string
  /** From 1. */
  readonly lines: readonly number[]
}

export function applyChanges(text: string, changes: readonly Change[]): Changed {
  const edits = changes.flatMap(({ edits }) => edits).sort((a, b) => b.offset - a.offset)
  const changed = edits.reduce(
    (before, { offset, length, insert }) => before.slice(0, offset) + insert + before.slice(offset + length),
    text,
  )
  const lines = changes.map(({ at, further = 0 }) => {
    const shift = edits.reduce((sum, edit) => (edit.offset < at ? sum + edit.insert.length - edit.length : sum), 0)
    return lineAt(changed, at + shift + further)
  })
  return { text: changed, lines }
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Changes that neither overlap nor hide each other. */
export function areApart(a: Change, b: Change): boolean {
  if (a.scope === undefined || b.scope === undefined) return false
  return !a.scope.startsWith(b.scope) && !b.scope.startsWith(a.scope)
}

interface Said {
  readonly node: Pick<NodePlace, 'path'>
  readonly pair: Field['pair']
}

/** Puts `value` in the place of a field's. */
export function giveValue(flow: FlowText, { node, pair }: Said, value: string): Change {
  return { edits: [flow.replace(pair.value, value)], at: flow.start(pair.value), scope: node.path }
}

/** Adds `key: value` to a node: before its first key, or in the place of the value that the key has. */
export function say(flow: FlowText, node: NodePlace, key: string, value: string): Change {
  const pair = flow.keyed(node.map, key)
  if (pair) return giveValue(flow, { node, pair }, value)
  const edit = flow.addPair(node.map, `${key}: ${value}`)
  return { edits: [edit], at: edit.offset, scope: node.path }
}

/** A text in every style that YAML has for it there. `wrong` is where in the text the problem is. */
export function writeText(flow: FlowText, field: Field, text: string, wrong: number): readonly Change[] {
  const change = giveValue(flow, field, '')
  const written = (value: string, further = 0): Change => ({ ...giveValue(flow, field, value), further })
  const double = written(JSON.stringify(text))
  const isOneLine = !text.includes('\n')
  const single = isOneLine ? [written(`'${text.replaceAll("'", "''")}'`)] : []
  if (field.isInFlow) return [double, ...single]
  const plain = isOneLine && /^(?!<<:)[\w<][\w .<>=+*/-]*(?<! )$/.test(text) ? [written(text)] : []
  const indent = ' '.repeat(flow.columnOf(flow.start(field.map.items[0]?.key)) + 2)
  const begin = `|-\n${indent}`
  const indented = (part: string) => part.replaceAll('\n', `\n${indent}`)
  const literal = written(begin + indented(text), begin.length + indented(text.slice(0, wrong)).length)
  // A value that began below its key stands further in already.
  const isBeside = !flow.text.slice(flow.end(field.pair.key), change.at).includes('\n')
  return [double, ...single, ...plain, ...(isBeside ? [literal] : [])]
}
