/** Loads an application's folder with every node type, trigger type and action that there is. */
import type { Limits, Loaded } from '../engine/application.ts'
import { loadApplication } from '../engine/load/load-application.ts'
import { readFolder } from '../engine/load/read-folder.ts'
import type { SourceFile } from '../engine/source/position.ts'
import { nodeTypes, triggerTypes } from '../nodes/index.ts'
import { describeActions } from '../platform/resources/catalogue.ts'

export interface LoadedFolder extends Loaded {
  readonly sources: readonly SourceFile[]
}

export async function loadFolder(folder: string, limits: Partial<Limits> = {}): Promise<LoadedFolder> {
  return loadSources(await readFolder(folder), limits)
}

export function loadSources(sources: readonly SourceFile[], limits: Partial<Limits> = {}): LoadedFolder {
  return { sources, ...loadApplication(sources, { nodeTypes, triggerTypes, actions: describeActions(), limits }) }
}
