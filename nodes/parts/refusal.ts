/** The value at a result path after the platform refused a call. */
import { objectShape } from '../../engine/json-schema/shape.ts'
import { shapeOfSchema } from '../../engine/json-schema/shape-of-schema.ts'

const text = shapeOfSchema({ type: 'string' })

export const refusalShape = objectShape({
  error: objectShape({ type: text, statusCode: shapeOfSchema({ type: 'integer' }), message: text }),
})
