/** The shape of a device for the path check: the platform's schema, with tags and attributes in the form that the node requests. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import { anything, listShape, objectShape, type Shape, scalar } from '../../engine/json-schema/shape.ts'
import type { RawConfig } from '../../engine/node.ts'
import { shapeOfResult } from './call-platform.ts'

const tagList = listShape(objectShape({ key: scalar, value: scalar }))
const tagMap = objectShape({}, true)

export function deviceShape({ tagsAsObject, attributesAsObject }: RawConfig, actions: ActionCatalog): Shape {
  const device = shapeOfResult(actions, 'device.get')
  if (device.kind !== 'object') return anything
  const keys = new Map(device.keys)
  keys.set('tags', tagsAsObject === true ? tagMap : tagList)
  keys.set('attributes', attributesAsObject === true ? tagMap : listShape(anything))
  return { ...device, keys }
}

/** The shape of what `get-device` finds: a device, a list of devices, or a list with its metadata. */
export function foundShape(config: RawConfig, actions: ActionCatalog): Shape {
  const plain = deviceShape(config, actions)
  const device =
    plain.kind === 'object' && config.includeState === true
      ? { ...plain, keys: new Map(plain.keys).set('compositeState', objectShape({}, true)) }
      : plain
  if (config.several !== true) return device
  const items = listShape(device)
  if (config.metadata !== true) return items
  const counts = { count: scalar, totalCount: scalar, page: scalar, perPage: scalar }
  return objectShape({ items, ...counts, sortField: scalar, sortDirection: scalar })
}
