/** Finds users and groups by tags or by a query. */
import { Type } from 'typebox'
import type { Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { type CompiledQuery, present, queryOf, readQuery } from './device-selection.ts'
import { flag } from './flag.ts'
import { readPage } from './list-items.ts'

type Item = Readonly<Record<string, unknown>>

/** `thing` is a user or a group. */
export const searchFields = (thing: string) => ({
  tags: Type.Optional(
    Type.Record(Type.String(), ValueOf(Type.String()), {
      minProperties: 1,
      description: `The ${thing}s with all of these tags, as a map from key to text.`,
    }),
  ),
  query: queryOf(`The ${thing}s that meet an advanced query`),
  several: flag(`Gives a list instead of the first ${thing}.`),
  limit: Type.Optional(
    ValueOf(Type.Integer({ minimum: 1, maximum: 1000 }), {
      description: `The most ${thing}s in the list.`,
      default: 100,
      acceptsDigits: true,
    }),
  ),
})

export interface CompiledSearch {
  readonly tags?: Readonly<Record<string, CompiledValue<string>>> | undefined
  readonly query?: CompiledQuery | undefined
  readonly several?: boolean | undefined
  readonly limit?: CompiledValue<number> | undefined
}

interface Target {
  readonly call: string
  /** Further parameters of the call. */
  readonly params?: Item
  /** The name of the tags in the platform's queries: `userTags`. */
  readonly tagField: string
}

/**
 * Finds the first item by ID, or `null`; with `several`, a list of items. Throws if a value in a tag or a query is missing, since
 * the search would then match everything.
 */
export async function search(
  run: Run,
  payload: Payload,
  { tags = {}, query, several, limit }: CompiledSearch,
  { call, params, tagField }: Target,
): Promise<readonly Item[] | Item | null> {
  const wanted = Object.entries(tags).map(([key, value]) => ({
    $tagKey: key,
    $tagValue: present(`tags.${key}`, value(payload)),
  }))
  // A tag has 1 to 255 characters, so any other text from a client matches nothing.
  if (wanted.some(({ $tagValue: { length } }) => length === 0 || length > 255)) return several ? [] : null
  const conditions = [...wanted.map((tag) => ({ [tagField]: tag })), ...(query ? [readQuery(query, payload)] : [])]
  const asked = conditions.length > 0 ? { query: { $and: conditions } } : {}
  const perPage = several ? (limit?.(payload) ?? 100) : 1
  const { items } = await readPage(run, call, { ...params, ...asked, sortField: 'id', perPage })
  return several ? items : (items[0] ?? null)
}
