import type { Run } from '../../engine/node.ts'
import { callAction } from './call-platform.ts'

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
    const { items } = await readPage(run, call, { ...params, sortField: 'id', page, perPage })
    yield* items
    if (items.length < perPage) return
  }
}

/** Reads one page of a list of the platform. */
export async function readPage(run: Run, call: string, params: Readonly<Record<string, unknown>>): Promise<Page> {
  return (await callAction(run, call, params)) as Page // boundary: the form of every list of the platform
}
