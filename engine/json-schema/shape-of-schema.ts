/** The shape of the values that fit a JSON Schema. It may know less than a validator, and never claims more. */
import { isMap } from '../values/is-map.ts'
import { anything, joinShapes, listShape, numberShape, type Shape, scalar, textShape } from './shape.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const typedShapes = new Map<unknown, Shape>([
  ['string', textShape],
  ['number', numberShape],
  ['integer', numberShape],
  ['boolean', { kind: 'scalar', is: 'boolean' }],
  ['null', scalar],
])

/**
 * By the identity of the shape and not stored in it, so that a changed copy, such as a node makes to change a key, does not count as
 * the shape of the schema.
 */
const schemas = new WeakMap<Shape, JsonSchema>()

/** The schema that this very shape object was made from. */
export function schemaOfShape(shape: Shape): JsonSchema | undefined {
  return schemas.get(shape)
}

export function shapeOfSchema(schema: JsonSchema): Shape {
  const shape = { ...readShape(schema) }
  schemas.set(shape, schema)
  return shape
}

function readShape(schema: JsonSchema): Shape {
  const ways = schema.anyOf ?? schema.oneOf
  if (Array.isArray(ways)) return joinAll(ways.map(shapeOf))
  if ('$ref' in schema || 'allOf' in schema) return anything
  if (Array.isArray(schema.type)) return joinAll(schema.type.map((type) => shapeOf({ ...schema, type })))
  if ('const' in schema) return isScalar(schema.const) ? scalar : anything
  if (Array.isArray(schema.enum)) return schema.enum.every(isScalar) ? scalar : anything
  if (schema.type === 'array') return listShape(shapeOf(schema.items))
  if (schema.type === 'object') return shapeOfObject(schema)
  return typedShapes.get(schema.type) ?? anything
}

function shapeOfObject(schema: JsonSchema): Shape {
  const properties = isMap(schema.properties) ? Object.entries(schema.properties) : []
  return {
    kind: 'object',
    keys: new Map(properties.map(([key, property]) => [key, shapeOf(property)])),
    open: schema.additionalProperties !== false || 'patternProperties' in schema,
  }
}

function shapeOf(schema: unknown): Shape {
  return isMap(schema) ? shapeOfSchema(schema) : anything
}

function joinAll(shapes: readonly Shape[]): Shape {
  return shapes.length === 0 ? anything : shapes.reduce(joinShapes)
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}
