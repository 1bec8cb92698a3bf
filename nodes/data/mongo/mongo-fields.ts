/** The fields of a `mongo` node that its operations take. */
import { type Static, Type } from 'typebox'
import { ValueOf } from '../../../engine/schema.ts'
import { defined } from '../../parts/defined.ts'

const map = Type.Record(Type.String(), Type.Unknown())
const maps = Type.Array(map, { minItems: 1 })
/** A whole number; digits are accepted, as in a query string. */
const count = (minimum: number) =>
  Type.Union([Type.Integer({ minimum, maximum: 1_000_000_000 }), Type.String({ pattern: '^[0-9]{1,9}$' })])

const options = Type.Object({
  sort: Type.Optional(map),
  projection: Type.Optional(map),
  limit: Type.Optional(count(1)),
  skip: Type.Optional(count(0)),
  upsert: Type.Optional(Type.Boolean()),
  arrayFilters: Type.Optional(maps),
  ordered: Type.Optional(Type.Boolean()),
  allowDiskUse: Type.Optional(Type.Boolean()),
  collation: Type.Optional(map),
  hint: Type.Optional(Type.Union([Type.String({ minLength: 1 }), map])),
})

export const askedFields = {
  filter: Type.Optional(ValueOf(map, { description: 'A map of conditions that the documents meet.' })),
  update: Type.Optional(ValueOf(Type.Union([map, maps]), { description: 'Operators such as `$set`, or a pipeline.' })),
  replacement: Type.Optional(ValueOf(map, { description: 'The new document of `replaceOne`.' })),
  document: Type.Optional(ValueOf(map, { description: 'The document that `insertOne` inserts.' })),
  documents: Type.Optional(ValueOf(maps, { description: 'The documents that `insertMany` inserts.' })),
  pipeline: Type.Optional(ValueOf(Type.Array(map), { description: 'The stages of `aggregate`.' })),
  field: Type.Optional(
    ValueOf(Type.String({ pattern: '^[^$]' }), { description: 'The field whose values `distinct` lists.' }),
  ),
  options: Type.Optional(
    ValueOf(options, { description: 'Options of the operation: `sort`, `limit`, `upsert` and so on.' }),
  ),
}

/** Converts digits in the options to numbers. */
export function withNumbers({ limit, skip, ...others }: Static<typeof options>): Readonly<Record<string, unknown>> {
  return defined({ ...others, limit: limit && Number(limit), skip: skip && Number(skip) })
}
