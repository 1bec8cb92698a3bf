/** Loads an application's folder with every node type, trigger type and action that there is. */

import { FlowpotError } from '../../contracts/errors.ts'
import type { CompiledTrigger, Limits, Loaded } from '../../engine/application.ts'
import type { WrapVisit } from '../../engine/compile/compiled-flow.ts'
import { loadApplication } from '../../engine/load/load-application.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import type { Problem } from '../../engine/source/problem.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { compileWatches } from '../../platform/runs/watches.ts'
import { watchOf } from '../triggers/watches-of.ts'

export interface LoadedFolder extends Loaded {
  readonly sources: readonly SourceFile[]
}

export async function loadFolder(folder: string, limits: Partial<Limits> = {}): Promise<LoadedFolder> {
  return loadSources(await readFolder(folder), limits)
}

export function loadSources(
  sources: readonly SourceFile[],
  limits: Partial<Limits> = {},
  wrapVisit?: WrapVisit,
): LoadedFolder {
  const loaded = loadApplication(sources, { nodeTypes, triggerTypes, actions: describeActions(), limits, wrapVisit })
  const problems = loaded.application?.triggers.flatMap(checkWatch) ?? []
  return problems.length === 0 ? { sources, ...loaded } : { sources, application: undefined, problems }
}

/** Whether the platform understands which devices a trigger names: a query is its own. */
function checkWatch(trigger: CompiledTrigger): Problem[] {
  const watch = watchOf(trigger)
  try {
    compileWatches(watch ? [watch] : [])
    return []
  } catch (error) {
    if (!(error instanceof FlowpotError)) throw error
    const { flow, line, column } = trigger
    return [{ code: 'FLOW_WRONG_TYPE', severity: 'error', file: flow.file, line, column, message: error.message }]
  }
}
