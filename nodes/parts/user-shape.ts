/** The shape of an experience user for the path check. A test compares it with the platform's own schema. */
import { listShape, objectShape } from '../../engine/json-schema/shape.ts'
import { shapeOfSchema } from '../../engine/json-schema/shape-of-schema.ts'

const text = shapeOfSchema({ type: 'string' })

export const userShape = objectShape({
  id: text,
  experienceUserId: text,
  applicationId: text,
  creationDate: text,
  lastUpdated: text,
  passwordLastUpdated: text,
  lastLogin: text,
  tokenCutoff: text,
  email: text,
  firstName: text,
  lastName: text,
  userTags: objectShape({}, true),
  experienceGroups: listShape(objectShape({ id: text, name: text })),
})
