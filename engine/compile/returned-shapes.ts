/** The shape of what a custom node returns by each of its outputs, as far as it is known. */

import type { FlowNode } from '../flow/flow-graph.ts'
import { anything, joinShapes, type Shape, shapeAt } from '../json-schema/shape.ts'
import { compileTemplate } from '../templates/template.ts'
import { shapeOfValue } from './shape-of-value.ts'

/** `onNode` is called for the nodes of a flow, as `PathCheck.onNode` is. */
export function createReturnedShapes(outputs: readonly string[]) {
  const shapes = new Map<string, Shape>()
  return {
    shapes,
    onNode({ type, config }: FlowNode, payload: Shape): void {
      const output = config.output ?? outputs[0]
      if (!type.roles?.returns || typeof output !== 'string') return
      const shape = shapeOf(config.value, payload)
      const other = shapes.get(output)
      shapes.set(output, other ? joinShapes(other, shape) : shape)
    },
  }
}

/** The node's configuration has no problem. A missing value is returned as `null`, which has nothing below it either. */
function shapeOf(value: unknown, payload: Shape): Shape {
  const path = typeof value === 'string' ? compileTemplate(value).exactPath : undefined
  return path ? (shapeAt(payload, path.segments) ?? anything) : shapeOfValue(value)
}
