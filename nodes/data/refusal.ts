/** What stands at a result path where the platform refused. */
import { objectShape, scalar } from '../../engine/check/shape.ts'

export const refusalShape = objectShape({
  error: objectShape({ type: scalar, statusCode: scalar, message: scalar }),
})
