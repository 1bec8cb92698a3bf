/** The application that serves. A reload swaps it; runs of earlier ones may still be in flight. */
import type { Application } from '../../engine/application.ts'
import type { SourceFile } from '../../engine/source/position.ts'

export interface ServedApplication {
  current(): Application
  /** What the current application was loaded from. */
  sources(): readonly SourceFile[]
  swap(next: Application, sources: readonly SourceFile[]): void
  /** Resolves when no run of the current application or of an earlier one is in flight any more. */
  whenIdle(): Promise<unknown>
}

export function createServedApplication(first: Application, firstSources: readonly SourceFile[]): ServedApplication {
  let current = first
  let sources = firstSources
  const retired = new Set<Application>()
  return {
    current: () => current,
    sources: () => sources,
    swap(next, nextSources) {
      const before = current
      retired.add(before)
      const forget = () => retired.delete(before)
      before.whenIdle().then(forget, forget)
      current = next
      sources = nextSources
    },
    whenIdle: () => Promise.all([current, ...retired].map((application) => application.whenIdle())),
  }
}
