/** The attributes of a device. */
import Type from 'typebox'
import { visibleDevices } from '../auth/device-access.ts'
import { conflict, notFound } from '../base/refusals.ts'
import { Attribute, readDeviceRow, toAttributes } from '../records/device-record.ts'
import { closed, Direction, Id, oneOf, readDirection } from '../records/schemas.ts'
import { type ActionContext, defineAction, type Resource } from '../resource.ts'
import { patchDevice } from '../state/patch-device.ts'

const path = '/applications/{applicationId}/devices/{deviceId}/attributes'
const deviceId = Id
export const attributeReads = ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read']
const fields = oneOf(['name', 'dataType'])

export const ShownAttribute = Type.Unsafe<Attribute & { deviceId: string; applicationId: string }>(
  closed({ ...Attribute.properties, deviceId: Id, applicationId: Id }),
)

export const deviceAttributes: Resource = {
  name: 'deviceAttributes',
  summary: 'The attributes of a device.',
  actions: {
    get: defineAction({
      summary: 'Lists the attributes of a device.',
      method: 'GET',
      path,
      params: closed({
        deviceId,
        sortField: Type.Optional(fields),
        sortDirection: Type.Optional(Direction),
        filterField: Type.Optional(oneOf(['', 'name', 'dataType'])),
        filter: Type.Optional(Type.String({ maxLength: 255, description: '`*` is any text and `?` one character.' })),
      }),
      result: closed({
        items: Type.Array(ShownAttribute),
        count: Type.Integer(),
        totalCount: Type.Integer(),
        sortField: fields,
        sortDirection: oneOf(['asc', 'desc']),
        filter: Type.Optional(Type.String()),
        filterField: Type.Optional(Type.String()),
        deviceId: Id,
        applicationId: Id,
      }),
      scopes: attributeReads,
      async run({ deviceId: id, sortField = 'name', sortDirection = 'asc', filterField, filter }, context) {
        const direction = readDirection(sortDirection)
        const way = direction === 'asc' ? 1 : -1
        const all = await readAttributes(context, id)
        const items = all
          .filter((attribute) => !filterField || !filter || fitsGlob(attribute[filterField], filter))
          .sort(
            (one, other) => way * (one[sortField] < other[sortField] ? -1 : one[sortField] > other[sortField] ? 1 : 0),
          )
          .map((attribute) => showAttribute(attribute, id, context))
        return {
          items,
          count: items.length,
          totalCount: items.length,
          sortField,
          sortDirection: direction,
          ...(filterField && filter ? { filter, filterField } : {}),
          deviceId: id,
          applicationId: context.platform.applicationId,
        }
      },
    }),

    post: defineAction({
      summary: 'Adds an attribute to a device.',
      method: 'POST',
      path,
      body: 'deviceAttribute',
      status: 201,
      params: closed({ deviceId, deviceAttribute: Attribute }),
      result: ShownAttribute,
      scopes: ['all.Application'],
      async run({ deviceId: id, deviceAttribute }, context) {
        await patchDevice(context.platform, id, (before) => {
          const attributes = toAttributes(before)
          if (attributes.some(({ name }) => name === deviceAttribute.name)) {
            throw conflict({ problem: `The device has an attribute ${deviceAttribute.name} already` })
          }
          return { attributes: [...attributes, deviceAttribute] }
        })
        return showAttribute(deviceAttribute, id, context)
      },
    }),
  },
}

/** Throws 404 for a device that does not exist, or that the actor does not see. */
export async function readAttributes({ platform, actor }: ActionContext, id: string): Promise<Attribute[]> {
  const row = await readDeviceRow(platform.store.read, id, await visibleDevices(platform, actor))
  if (!row) throw notFound({ what: 'Device' })
  return toAttributes(row)
}

export function showAttribute(attribute: Attribute, id: string, { platform }: ActionContext) {
  return { ...attribute, deviceId: id, applicationId: platform.applicationId }
}

/** Takes at most as many steps as text times pattern, which a regular expression would not. */
function fitsGlob(given: string, filter: string): boolean {
  const [text, glob] = [given.toLowerCase(), filter.toLowerCase()]
  let [at, inGlob, star, resumeAt] = [0, 0, -1, 0]
  while (at < text.length) {
    if (glob[inGlob] === '*') {
      star = inGlob++
      resumeAt = at
    } else if (glob[inGlob] === '?' || glob[inGlob] === text[at]) {
      at++
      inGlob++
    } else if (star === -1) return false
    else {
      // Let the last star take one character more.
      inGlob = star + 1
      at = ++resumeAt
    }
  }
  return /^\**$/.test(glob.slice(inGlob))
}
