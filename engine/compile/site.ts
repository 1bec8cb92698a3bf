/** The field of a node that an error of a run names. */
import type { DocumentPath, Position } from '../source/position.ts'

export interface Site {
  readonly flow: string
  readonly file: string
  /** The node's ID or place, with the field: `create-device.with.device.name`. */
  readonly field: string
  /** In the file. */
  readonly position: Position
}

export interface NodeSite {
  readonly flow: string
  readonly file: string
  readonly nodeName: string
  readonly at: DocumentPath
  locate(at: DocumentPath): Position
}

export function siteOfField(node: NodeSite, field: DocumentPath): Site {
  const path = field.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  return {
    flow: node.flow,
    file: node.file,
    field: `${node.nodeName}${path}`,
    position: node.locate([...node.at, ...field]),
  }
}

export function describeSite({ file, position, field }: Site): string {
  return `${file}:${position.line}:${position.column} (${field})`
}
