import { joinShapes, listShape, objectShape, type Shape, scalar, unknown } from '../json-schema/shape.ts'
import { hasTemplate } from './compile-value.ts'

/** What a value of a flow's file comes to; where a template stands, anything. */
export function shapeOfValue(value: unknown): Shape {
  if (typeof value === 'string' && hasTemplate(value)) return unknown
  if (typeof value !== 'object' || value === null) return scalar
  if (!Array.isArray(value)) {
    return objectShape(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOfValue(field)])))
  }
  return listShape(value.length === 0 ? unknown : value.map(shapeOfValue).reduce(joinShapes))
}
