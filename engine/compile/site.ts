/** A field of a node, as an error of a run names it. */
import { type DocumentPath, type Position, writePlace } from '../source/position.ts'

export interface NodeSite {
  readonly file: string
  /** The node's ID, or its place in the flow. */
  readonly nodeName: string
  readonly at: DocumentPath
  locate(at: DocumentPath): Position
}

/** `flows/devices.yaml:12:7 (create-device.with.device.name)` */
export function describeSite({ file, nodeName, at, locate }: NodeSite, field: DocumentPath): string {
  const { line, column } = locate([...at, ...field])
  return `${file}:${line}:${column} (${writePlace([nodeName, ...field])})`
}
