/** What is known of the payload at one place of a flow. */
import { type PayloadShapes, payloadShapes } from '../../engine/describe/payload-shapes.ts'
import type { FlowNode } from '../../engine/flow/flow-graph.ts'
import type { Shape } from '../../engine/json-schema/shape.ts'
import { schemaOfShape } from '../../engine/json-schema/shape-of-schema.ts'
import { outputsOf } from '../../engine/node.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import { parseYaml } from '../../engine/source/yaml-document.ts'
import { parsePath } from '../../engine/values/path.ts'
import type { LanguageFile } from './language-file.ts'

/** Problems of a half-written file are not reported, so they need no place. */
const nowhere = parseYaml({ file: '', text: '{}' })

export function shapesOf({ checked: { scope } }: LanguageFile, raw: unknown): PayloadShapes {
  return payloadShapes(raw, nowhere, scope)
}

/** The innermost node that contains the path. */
export function nodeAround({ graph: { nodes } }: PayloadShapes, path: DocumentPath): FlowNode | undefined {
  const around = nodes.filter(({ at }) => at.every((segment, index) => path[index] === segment))
  return around.sort((a, b) => b.at.length - a.at.length)[0]
}

/** The nodes before `node` that write the path or something below it, by their names. */
export function writersOf(
  { order }: PayloadShapes,
  node: FlowNode,
  path: string,
  file: LanguageFile,
): readonly FlowNode[] {
  const { actions } = file.checked.scope
  const earlier = order.slice(0, Math.max(0, order.indexOf(node)))
  return earlier.filter(({ type, config }) => {
    const written = outputsOf(type, config).flatMap((output) => type.writes?.(config, output, actions) ?? [])
    return written.some((write) => isSameOrAround(write.path, path) || isSameOrAround(path, write.path))
  })
}

function isSameOrAround(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`)
}

/** In words, for a person who reads a path: `text`, `list of maps`. */
export function describeShape(shape: Shape): string {
  const schema = schemaOfShape(shape)
  const type = typeof schema?.type === 'string' ? schema.type : undefined
  if (shape.kind === 'list') return `list of ${describeShape(shape.items)}`
  if (shape.kind === 'object') return 'object'
  if (type !== undefined && type !== 'object' && type !== 'array') return type === 'string' ? 'text' : type
  return shape.kind === 'scalar' ? 'text, number, boolean or null' : 'anything'
}

/** The segments of what may be the beginning of a path; `undefined` if it is none. */
export function segmentsOf(text: string): readonly string[] | undefined {
  if (text === '') return []
  try {
    return parsePath(text).segments
  } catch {
    return undefined
  }
}
