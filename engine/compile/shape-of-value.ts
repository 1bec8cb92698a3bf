import { anything, joinShapes, listShape, objectShape, type Shape, scalar } from '../json-schema/shape.ts'
import { hasTemplate } from './compile-value.ts'

/** The shape of a value from a flow's file. A template may give anything. */
export function shapeOfValue(value: unknown): Shape {
  if (typeof value === 'string' && hasTemplate(value)) return anything
  if (typeof value !== 'object' || value === null) return scalar
  if (!Array.isArray(value)) {
    return objectShape(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOfValue(field)])))
  }
  return listShape(value.length === 0 ? anything : value.map(shapeOfValue).reduce(joinShapes))
}
