import type { Run } from '../../engine/node.ts'
import { resultOf } from './settle.ts'

export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly count: number
  readonly totalCount: number
}

/** Reads every item of a list of the platform, page by page. Sorting by ID keeps an item from being read twice while others come and go. */
export async function* listItems(
  run: Run,
  call: string,
  params: Readonly<Record<string, unknown>>,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const perPage = 1000
  for (let page = 0; ; page += 1) {
    const outcome = await run.services.api(call, { ...params, sortField: 'id', page, perPage })
    const { items } = pageOf(resultOf(call, outcome))
    yield* items
    if (items.length < perPage) return
  }
}

/** Boundary: the form of every list of the platform. */
export function pageOf(result: unknown): Page {
  return result as Page
}
