/** The attributes of a device. */
import { sql } from 'kysely'
import Type from 'typebox'
import { readVisible } from '../auth/own-device.ts'
import { conflict } from '../base/refusals.ts'
import type { Platform } from '../platform.ts'
import { always, type Condition, fitsGlob } from '../records/conditions.ts'
import { Attribute, toAttributes } from '../records/device-record.ts'
import { closed, Direction, Id, oneOf, readDirection } from '../records/schemas.ts'
import { type ActionContext, defineAction, type Resource } from '../resource.ts'
import { patchDevice } from '../state/patch-device.ts'

const path = '/applications/{applicationId}/devices/{deviceId}/attributes'
const deviceId = Id
export const attributeReads = ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read']
const fields = oneOf(['name', 'dataType'])
const columns = { name: 'name', dataType: 'data_type' }

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
        const all = toAttributes(await readVisible(context, id))
        const condition = filterField && filter ? fitsGlob(sql.ref(columns[filterField]), filter) : always
        const found = await findNames(context.platform, id, condition)
        const items = all
          .filter(({ name }) => found.has(name))
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

export function showAttribute(attribute: Attribute, id: string, { platform }: ActionContext) {
  return { ...attribute, deviceId: id, applicationId: platform.applicationId }
}

/** Names of the attributes of a device that meet the condition. */
async function findNames({ store }: Platform, id: string, condition: Condition): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`select name from device_attributes
    where device_id = ${id} and ${condition}`.execute(store.read)
  return new Set(rows.map(({ name }) => name))
}
