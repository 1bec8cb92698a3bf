import type { Run } from '../../engine/node.ts'
import { resultOf } from './settle.ts'

export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[]
  readonly count: number
  readonly totalCount: number
}

/** Every item of a list of the platform, page by page. Sorted by ID, so that none is met twice while others come and go. */
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

/** Boundary: what every list of the platform answers. */
export function pageOf(result: unknown): Page {
  return result as Page
}
