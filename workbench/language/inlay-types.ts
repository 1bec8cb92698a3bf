/** The type of what a node writes, behind the path that it is written to. */
import type { InlayHint, Position, Range } from 'vscode-languageserver'
import { type FlowNode, isBody } from '../../engine/flow/flow-graph.ts'
import { joinShapes, type Shape } from '../../engine/json-schema/shape.ts'
import { outputsOf } from '../../engine/node.ts'
import type { LanguageFile } from './language-file.ts'
import { describeShape, shapesOf } from './payload-at.ts'
import { dataOf, nodeAt, readTree } from './yaml-place.ts'

/** More keys are not shown. */
const maxKeys = 6

export function inlayTypes(
  file: LanguageFile,
  { start, end }: Range,
  place: (offset: number) => Position,
): readonly InlayHint[] {
  const { file: name, text } = file.source
  const tree = file.kind === 'flow' ? readTree(name, text) : undefined
  if (!tree) return []
  return shapesOf(file, dataOf(tree)).graph.nodes.flatMap((node) =>
    Object.entries(node.config).flatMap(([field, path]) => {
      const shape = typeof path === 'string' ? writtenTo(path, node, file) : undefined
      const [, valueEnd] = nodeAt(tree, [...node.at, field])?.value?.range ?? []
      if (!shape || shape.kind === 'anything' || valueEnd === undefined) return []
      const position = place(valueEnd)
      if (position.line < start.line || position.line > end.line) return []
      return [{ position, label: `: ${shownShape(shape)}`, kind: 1 as const, paddingLeft: false }]
    }),
  )
}

/** What stands at the path once the node was left, by whichever output. */
function writtenTo(path: string, node: FlowNode, { checked: { scope } }: LanguageFile): Shape | undefined {
  const { type, config } = node
  const outputs = outputsOf(type, config).filter((output) => !isBody(node, output))
  const writes = outputs.flatMap((output) => type.writes?.(config, output, scope.actions) ?? [])
  const shapes = writes.filter((write) => write.path === path).map(({ shape }) => shape)
  return shapes.length === 0 ? undefined : shapes.reduce(joinShapes)
}

function shownShape(shape: Shape): string {
  if (shape.kind === 'list') return `list of ${shownShape(shape.items)}`
  if (shape.kind !== 'object' || shape.keys.size === 0) return describeShape(shape)
  const keys = [...shape.keys.keys()]
  const others = keys.length > maxKeys || shape.open ? ', …' : ''
  return `{ ${keys.slice(0, maxKeys).join(', ')}${others} }`
}
