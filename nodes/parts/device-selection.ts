/** The fields by which a node selects devices, and the advanced query that they become. */
import { Type } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import type { NodeCheck, Run } from '../../engine/node.ts'
import { type CompiledValue, Value, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { findUser } from './find-user.ts'
import { lacking, onlyOne } from './misplaced.ts'

const partMissing = defineError<{ field: string }>(
  'FLOW_SELECTION_MISSING',
  500,
  ({ field }) => `${field} is missing, and without it the node would act on more than the flow says.`,
)

const TagFilter = Type.Object({
  key: Type.Optional(ValueOf(Type.String(), { description: 'Key of the tag; any key if it is not given.' })),
  value: Type.Optional(ValueOf(Type.String(), { description: 'Value of the tag; any value if it is not given.' })),
})
type CompiledTagFilter = { readonly [part in 'key' | 'value']?: CompiledValue<string> | undefined }

export const tagFilters = (description: string) => Type.Optional(Type.Array(TagFilter, { minItems: 1, description }))

export const queryOf = (description: string) =>
  Type.Optional(
    Type.Union([Type.Record(Type.String(), Value()), ValueOf(Type.Record(Type.String(), Type.Unknown()))], {
      description: `${description}, as a map of conditions. A condition that is missing fails the run.`,
    }),
  )

export const selectionFields = {
  parentId: Type.Optional(ValueOf(Type.String(), { description: 'The direct children of the system with this ID.' })),
  group: Type.Optional(
    ValueOf(Type.String(), {
      description: 'The devices of the experience group with this ID, and of the groups below it.',
    }),
  ),
  user: Type.Optional(
    ValueOf(Type.String(), {
      description: 'The devices of the groups of the experience user with this ID or e-mail address.',
      examples: ['<< experience.user.id >>'],
    }),
  ),
  query: queryOf('An advanced device query'),
}

export type CompiledQuery = CompiledValue<Record<string, unknown>> | Readonly<Record<string, CompiledValue>>

export interface CompiledSelection {
  readonly deviceName?: CompiledValue<string> | undefined
  readonly tags?: readonly CompiledTagFilter[] | undefined
  readonly anyTags?: readonly CompiledTagFilter[] | undefined
  readonly parentId?: CompiledValue<string> | undefined
  readonly group?: CompiledValue<string> | undefined
  readonly user?: CompiledValue<string> | undefined
  readonly query?: CompiledQuery | undefined
}

type Query = Readonly<Record<string, unknown>>

/**
 * The advanced query for the one way that is given. `null` if it cannot match a device: the ID is malformed, or the user does
 * not exist. A missing value is an error, since a query without one of its conditions would match more devices.
 */
export function compileSelection(selection: CompiledSelection): (payload: Payload, run: Run) => Promise<Query | null> {
  const { deviceName, tags, anyTags, parentId, group, user, query } = selection
  return async (payload, run) => {
    const read = (field: string, value: CompiledValue<string>) => present(field, value(payload))
    if (deviceName) return { name: read('deviceName', deviceName) }
    if (tags) return ofTags('$and', readTagFilters('tags', tags, payload))
    if (anyTags) return ofTags('$or', readTagFilters('anyTags', anyTags, payload))
    if (parentId) return byId('parentId', read('parentId', parentId))
    if (group) return byId('experienceGroupId', read('group', group))
    if (user) return byId('experienceUserId', (await findUser(run, read('user', user)))?.id ?? '')
    return query ? readQuery(query, payload) : null
  }
}

/** Reads tag filters as `{ key, value }`, as the platform's parameters take them. */
export function readTagFilters(
  field: string,
  filters: readonly CompiledTagFilter[],
  payload: Payload,
): { key?: string; value?: string }[] {
  return filters.map(({ key, value }, index) => ({
    ...(key ? { key: present(`${field}[${index}].key`, key(payload)) } : {}),
    ...(value ? { value: present(`${field}[${index}].value`, value(payload)) } : {}),
  }))
}

/** No tag is longer than 255 characters, so a longer text from a client matches no device. */
function ofTags(join: '$and' | '$or', filters: readonly { key?: string; value?: string }[]): Query | null {
  const possible = filters.filter(({ key = '', value = '' }) => Math.max(key.length, value.length) <= 255)
  if (join === '$and' ? possible.length < filters.length : possible.length === 0) return null
  const queries = possible.map(({ key, value }) => ({
    tags: { ...(key === undefined ? {} : { $tagKey: key }), ...(value === undefined ? {} : { $tagValue: value }) },
  }))
  return { [join]: queries }
}

export function readQuery(query: CompiledQuery, payload: Payload): Query {
  if (typeof query === 'function') return present('query', query(payload))
  const entries = Object.entries(query).map(([key, value]) => [key, value(payload)] as const)
  for (const [key, value] of entries) {
    if (value === undefined || hasEmptyMap(value)) throw partMissing({ field: `A part of query.${key}` })
  }
  return Object.fromEntries(entries)
}

/** Whether the query contains a map that lost its only condition, and so would match everything. */
function hasEmptyMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const parts = Object.values(value)
  return (parts.length === 0 && !Array.isArray(value)) || parts.some(hasEmptyMap)
}

function byId(field: string, id: string): Query | null {
  return isId(id) ? { [field]: id } : null
}

/** Whether the text is a well-formed ID. What clients send often is not. */
export function isId(text: string): boolean {
  return /^[0-9a-fA-F]{24}$/.test(text)
}

/** The value of a field that would widen the selection if it were missing. */
export function present<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw partMissing({ field })
  return value
}

/** Reports a node that does not use exactly one of these fields. */
export function checkSelection(check: NodeCheck, ways: readonly string[]): void {
  if (onlyOne(check, ways) !== undefined) return
  lacking(check.report, 'The node does not say what to select.', `Give one of ${ways.join(', ')}.`)
}

export function checkTagFilters({ config, report }: NodeCheck, fields: readonly string[]): void {
  for (const field of fields) {
    const filters: readonly unknown[] = Array.isArray(config[field]) ? config[field] : []
    for (const [index, filter] of filters.entries()) {
      if (typeof filter !== 'object' || filter === null || Object.keys(filter).length > 0) continue
      report({ code: 'FLOW_MISSING_FIELD', at: [field, index], message: 'A tag filter names a key, a value or both.' })
    }
  }
}
