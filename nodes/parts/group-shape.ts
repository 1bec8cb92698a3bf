/** The shape of an experience group for the path check. A test compares it with the platform's own schema. */
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
