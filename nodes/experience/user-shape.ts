/** An experience user as flows see it, for the path check; a test holds it against the platform's own schema. */
import { listShape, objectShape, scalar } from '../../engine/check/shape.ts'

export const userShape = objectShape({
  id: scalar,
  experienceUserId: scalar,
  applicationId: scalar,
  creationDate: scalar,
  lastUpdated: scalar,
  passwordLastUpdated: scalar,
  lastLogin: scalar,
  tokenCutoff: scalar,
  email: scalar,
  firstName: scalar,
  lastName: scalar,
  userTags: objectShape({}, true),
  experienceGroups: listShape(objectShape({ id: scalar, name: scalar })),
})
