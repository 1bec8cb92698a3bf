import type { Shape } from '../../engine/json-schema/shape.ts'
import type { Write } from '../../engine/node.ts'

/** What a node writes by a field that names a path: nothing if the node does not have the field. */
export function written(path: unknown, shape: Shape): readonly Write[] {
  return typeof path === 'string' ? [{ path, shape }] : []
}
