/** Users and groups by their tags, for which the platform has no filter: they are read until enough are found. */
import { Type } from 'typebox'
import type { Run } from '../../engine/node.ts'
import type { Payload } from '../../engine/payload.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import { present } from '../data/device-selection.ts'
import { listItems } from '../data/list-items.ts'

type Item = Readonly<Record<string, unknown>>

export const tagMap = (description: string) =>
  Type.Optional(Type.Record(Type.String(), ValueOf(Type.String()), { minProperties: 1, description }))

export interface TaggedSearch {
  readonly call: string
  readonly params: Item
  readonly tagsOf: (item: Item) => unknown
  readonly tags: Readonly<Record<string, CompiledValue<string>>> | undefined
  readonly payload: Payload
  readonly limit: number
}

/** The first `limit` items, by ID, that have every tag. A tag whose value is missing is an error, and not "any value". */
export async function findTagged(run: Run, { call, params, tagsOf, tags = {}, payload, limit }: TaggedSearch) {
  const wanted = Object.entries(tags).map(([key, value]) => [key, present(`tags.${key}`, value(payload))] as const)
  const found: Item[] = []
  for await (const item of listItems(run, call, params)) {
    const own = tagsOf(item)
    if (wanted.every(([key, value]) => readOwn(own, key) === value)) found.push(item)
    if (found.length === limit) break
  }
  return found
}

function readOwn(map: unknown, key: string): unknown {
  return typeof map === 'object' && map !== null && Object.hasOwn(map, key) ? Reflect.get(map, key) : undefined
}
