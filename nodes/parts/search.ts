/** Finds users and groups by tags or by a query. */
import { Type } from 'typebox'
import type { Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { type CompiledQuery, present, readQuery } from './device-selection.ts'
import { readPage } from './list-items.ts'

type Item = Readonly<Record<string, unknown>>

export const tagMap = (description: string) =>
  Type.Optional(Type.Record(Type.String(), ValueOf(Type.String()), { minProperties: 1, description }))

export interface Search {
  readonly call: string
  /** Further parameters of the call. */
  readonly params?: Item
  /** The name of the tags in the platform's queries: `userTags`. */
  readonly tagField: string
  readonly tags?: Readonly<Record<string, CompiledValue<string>>> | undefined
  readonly query?: CompiledQuery | undefined
  readonly limit: number
}

/** Finds the first `limit` items by ID. Throws if a value in a tag or a query is missing, since the search would then match everything. */
export async function search(
  run: Run,
  payload: Payload,
  { call, params, tagField, tags = {}, query, limit }: Search,
): Promise<readonly Item[]> {
  const wanted = Object.entries(tags).map(([key, value]) => ({
    $tagKey: key,
    $tagValue: present(`tags.${key}`, value(payload)),
  }))
  // A tag has 1 to 255 characters, so any other text from a client matches nothing.
  if (wanted.some(({ $tagValue: { length } }) => length === 0 || length > 255)) return []
  const conditions = [...wanted.map((tag) => ({ [tagField]: tag })), ...(query ? [readQuery(query, payload)] : [])]
  const asked = conditions.length > 0 ? { query: { $and: conditions } } : {}
  return (await readPage(run, call, { ...params, ...asked, sortField: 'id', perPage: limit })).items
}
