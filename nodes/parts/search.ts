/** Finds users and groups by tags or by a query. */
import { Type } from 'typebox'
import type { Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { type CompiledQuery, present, readQuery } from './device-selection.ts'
import { pageOf } from './list-items.ts'
import { resultOf } from './settle.ts'

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

/** The first `limit` of them, by ID. A missing value in a tag or a query is an error, and does not match everything. */
export async function search(
  run: Run,
  payload: Payload,
  { call, params, tagField, tags = {}, query, limit }: Search,
): Promise<readonly Item[]> {
  const wanted = Object.entries(tags).map(([key, value]) => ({
    $tagKey: key,
    $tagValue: present(`tags.${key}`, value(payload)),
  }))
  // No tag is longer or empty, so such a text from a client matches nobody.
  if (wanted.some(({ $tagValue: { length } }) => length === 0 || length > 255)) return []
  const conditions = [...wanted.map((tag) => ({ [tagField]: tag })), ...(query ? [readQuery(query, payload)] : [])]
  const asked = conditions.length > 0 ? { query: { $and: conditions } } : {}
  const outcome = await run.services.api(call, { ...params, ...asked, sortField: 'id', perPage: limit })
  return pageOf(resultOf(call, outcome)).items
}
