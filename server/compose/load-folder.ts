/** Loads the folder of an application with all node types, trigger types and actions. */

import { FlowpotError } from '../../contracts/errors.ts'
import type { CompiledTrigger, Limits, Loaded } from '../../engine/application.ts'
import { type CheckedApplication, checkApplication } from '../../engine/load/check-application.ts'
import type { CheckMemory } from '../../engine/load/check-memory.ts'
import { loadApplication } from '../../engine/load/load-application.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { WrapVisit } from '../../engine/run/linked-flow.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { hasErrors, type Problem } from '../../engine/source/problem.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { type CompiledWatch, compileWatch } from '../../platform/runs/watches.ts'

export interface LoadedFolder extends Loaded {
  readonly sources: readonly SourceFile[]
  /** The watches that the application's triggers set up on the platform. */
  readonly watches: readonly CompiledWatch[]
}

export async function loadFolder(
  folder: string,
  limits: Partial<Limits> = {},
  wrapVisit?: WrapVisit,
): Promise<LoadedFolder> {
  return loadSources(await readFolder(folder), limits, wrapVisit)
}

/** Loads an application that is going to be served, for which a secret that is missing from the environment is an error. */
export async function loadToServe(folder: string, limits: Partial<Limits>): Promise<LoadedFolder> {
  const loaded = await loadFolder(folder, limits)
  const isUnset = ({ code }: Problem) => code === 'APPLICATION_SECRET_NOT_SET'
  if (!loaded.problems.some(isUnset)) return loaded
  const problems = loaded.problems.map(
    (problem): Problem => (isUnset(problem) ? { ...problem, severity: 'error' } : problem),
  )
  return { ...loaded, problems, application: undefined, watches: [] }
}

export function loadSources(
  sources: readonly SourceFile[],
  limits: Partial<Limits> = {},
  wrapVisit?: WrapVisit,
): LoadedFolder {
  const loaded = loadApplication(sources, { ...knownTypes(), limits, wrapVisit })
  const { watches, problems } = compileWatches(loaded.application?.triggers ?? [])
  if (problems.length === 0) return { ...loaded, sources, watches }
  return { sources, application: undefined, problems: [...loaded.problems, ...problems], watches: [] }
}

/** Finds everything that is wrong with the application without making it ready to run. See `CheckOptions` for `memory`. */
export function checkSources(sources: readonly SourceFile[], memory?: CheckMemory): CheckedApplication {
  const checked = checkApplication(sources, { ...knownTypes(), ...(memory && { memory }) })
  if (hasErrors(checked.problems)) return checked
  const triggers = [...checked.flows.values()].flatMap((flow) => flow.triggers)
  return { ...checked, problems: [...checked.problems, ...compileWatches(triggers).problems] }
}

function knownTypes() {
  return { nodeTypes, triggerTypes, actions: describeActions(), env: process.env }
}

/** Reports triggers whose device queries the platform does not understand. */
function compileWatches(triggers: readonly CompiledTrigger[]) {
  const watches: CompiledWatch[] = []
  const problems: Problem[] = []
  for (const { id, flow, spec, line, column } of triggers) {
    if (!('on' in spec)) continue
    try {
      watches.push(compileWatch({ ...spec, trigger: id, flowId: flow.id }))
    } catch (error) {
      if (!(error instanceof FlowpotError)) throw error
      const place = { file: flow.file, line, column }
      problems.push({ code: 'FLOW_WRONG_TYPE', severity: 'error', ...place, message: error.message })
    }
  }
  return { watches, problems }
}
