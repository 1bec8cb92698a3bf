/** Lists of resources: their parameters, their query, and the envelope of their result. */
import { sql } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import type { Base } from '../base/base.ts'
import type { Tables } from '../store/tables.ts'
import { allOf, type Condition, countRows, fitsGlob } from './conditions.ts'
import { closed, Direction, Id, integerOrText, oneOf, readDirection, readInteger } from './schemas.ts'

const maxPerPage = 1000

export interface ListSpec<Table extends keyof Tables> {
  readonly table: Table
  /** The column of each field that the list can be sorted by. The first is the default. */
  readonly sort: Readonly<Record<string, keyof Tables[Table] & string>>
  readonly sortDirection?: 'asc' | 'desc'
  /** The column of each field that the list can be filtered by. */
  readonly filter: Readonly<Record<string, keyof Tables[Table] & string>>
}

export function listParams<Table extends keyof Tables>({ sort, filter }: ListSpec<Table>) {
  return {
    sortField: Type.Optional(oneOf(Object.keys(sort))),
    sortDirection: Type.Optional(Direction),
    page: Type.Optional(integerOrText(0, 1_000_000)),
    perPage: Type.Optional(integerOrText(1, maxPerPage)),
    filterField: Type.Optional(oneOf(['', ...Object.keys(filter)])),
    filter: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: '`*` is any text and `?` one character; after a backslash they are themselves.',
      }),
    ),
  }
}

export type ListParams = Static<TObject<ReturnType<typeof listParams>>>

export function listResult<Item extends TObject>(item: Item) {
  return closed({
    items: Type.Array(item),
    count: Type.Integer(),
    totalCount: Type.Integer(),
    page: Type.Integer(),
    perPage: Type.Integer(),
    sortField: Type.String(),
    sortDirection: oneOf(['asc', 'desc']),
    filter: Type.Optional(Type.String()),
    filterField: Type.Optional(Type.String()),
    applicationId: Id,
  })
}

/** One page of the rows that meet every condition, in the envelope of a list. */
export async function list<Table extends keyof Tables, Item>(
  spec: ListSpec<Table>,
  params: ListParams,
  { store: { read }, applicationId }: Base,
  conditions: readonly Condition[],
  toItems: (rows: Tables[Table][]) => Item[] | Promise<Item[]>,
) {
  const page = Number(params.page ?? 0)
  const perPage = readInteger(params.perPage ?? 100, 1, maxPerPage)
  const sortField = params.sortField ?? Object.keys(spec.sort)[0] ?? 'id'
  const sortDirection = readDirection(params.sortDirection ?? spec.sortDirection ?? 'asc')
  const filtered = params.filterField ? spec.filter[params.filterField] : undefined
  const filter = filtered && params.filter ? [fitsGlob(sql.ref(`${spec.table}.${filtered}`), params.filter)] : []

  const from = sql`${sql.table(spec.table)} where ${allOf([...conditions, ...filter])}`
  const order = sql.ref(`${spec.table}.${spec.sort[sortField] ?? 'id'}`)
  const way = sql.raw(sortDirection)
  const [{ rows }, totalCount] = await Promise.all([
    sql<Tables[Table]>`select ${sql.table(spec.table)}.* from ${from}
      order by ${order} ${way}, id ${way} limit ${perPage} offset ${page * perPage}`.execute(read),
    countRows(read, from),
  ])
  return {
    items: await toItems(rows),
    count: rows.length,
    totalCount,
    page,
    perPage,
    sortField,
    sortDirection,
    ...(filter.length > 0 ? { filter: params.filter ?? '', filterField: params.filterField ?? '' } : {}),
    applicationId,
  } as const
}
