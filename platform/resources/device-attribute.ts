/** One attribute of a device. */
import Type from 'typebox'
import { readVisible } from '../auth/own-device.ts'
import { notFound } from '../base/refusals.ts'
import { Attribute, toAttributes } from '../records/device-record.ts'
import { closed, Id, Key, Success } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { patchDevice } from '../state/patch-device.ts'
import { attributeReads, ShownAttribute, showAttribute } from './device-attributes.ts'

const path = '/applications/{applicationId}/devices/{deviceId}/attributes/{name}'
const params = { deviceId: Id, name: Key }
const { contentType, description, attributeTags, system } = Attribute.properties

export const deviceAttribute: Resource = {
  name: 'deviceAttribute',
  summary: 'One attribute of a device.',
  actions: {
    get: defineAction({
      summary: 'Returns an attribute of a device.',
      method: 'GET',
      path,
      params: closed(params),
      result: ShownAttribute,
      scopes: attributeReads,
      async run({ deviceId, name }, context) {
        return showAttribute(named(toAttributes(await readVisible(context, deviceId)), name), deviceId, context)
      },
    }),

    patch: defineAction({
      summary: 'Changes an attribute of a device. Its type cannot be changed, nor its name.',
      method: 'PATCH',
      path,
      body: 'deviceAttribute',
      params: closed({
        ...params,
        deviceAttribute: closed({ name: Type.Optional(Key), contentType, description, attributeTags, system }),
      }),
      result: ShownAttribute,
      scopes: ['all.Application'],
      async run({ deviceId, name, deviceAttribute: { name: _, ...patch } }, context) {
        const row = await patchDevice(context.platform, deviceId, (before) => {
          const attributes = toAttributes(before)
          const one = named(attributes, name)
          return { attributes: attributes.map((attribute) => (attribute === one ? { ...one, ...patch } : attribute)) }
        })
        return showAttribute(named(toAttributes(row), name), deviceId, context)
      },
    }),

    delete: defineAction({
      summary: 'Removes an attribute from a device.',
      method: 'DELETE',
      path,
      params: closed(params),
      result: Success,
      scopes: ['all.Application'],
      async run({ deviceId, name }, { platform }) {
        await patchDevice(platform, deviceId, (before) => {
          const attributes = toAttributes(before)
          const one = named(attributes, name)
          return { attributes: attributes.filter((attribute) => attribute !== one) }
        })
        return { success: true as const }
      },
    }),
  },
}

function named(attributes: readonly Attribute[], name: string): Attribute {
  const found = attributes.find((attribute) => attribute.name === name)
  if (!found) throw notFound({ what: 'Attribute' })
  return found
}
