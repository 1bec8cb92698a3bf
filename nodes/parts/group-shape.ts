/** An experience group as flows see it, for the path check; a test holds it against the platform's own schema. */
import { listShape, objectShape, scalar } from '../../engine/json-schema/shape.ts'

export const groupShape = objectShape({
  id: scalar,
  experienceGroupId: scalar,
  applicationId: scalar,
  creationDate: scalar,
  lastUpdated: scalar,
  name: scalar,
  description: scalar,
  parentId: scalar,
  experienceUserIds: listShape(scalar),
  experienceEndpointIds: listShape(scalar),
  groupTags: objectShape({}, true),
  deviceIds: listShape(scalar),
  deviceTags: listShape(objectShape({ key: scalar, value: scalar })),
  deviceQueryJson: scalar,
  directDeviceCount: scalar,
  totalDeviceCount: scalar,
})
