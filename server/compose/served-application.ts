/** The application that is being served. A reload replaces it while runs of earlier ones may still be in progress. */
import type { Application } from '../../engine/application.ts'
import type { SourceFile } from '../../engine/source/position.ts'

export interface ServedApplication {
  current(): Application
  /** What the current application was loaded from. */
  sources(): readonly SourceFile[]
  swap(next: Application, sources: readonly SourceFile[]): void
  /** Resolves once no run is in progress, neither of the current application nor of earlier ones. */
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
