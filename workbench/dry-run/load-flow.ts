import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Limits } from '../../engine/application.ts'
import { isApplicationFile, isFlowFile } from '../../engine/load/file-kinds.ts'
import { type LoadedFolder, loadFolder, loadSources } from '../../server/compose/load-folder.ts'
import { callWrong } from '../refusals.ts'

export interface LoadedFlow extends LoadedFolder {
  /** Files of broken flows that were left out. */
  readonly leftOut: readonly string[]
}

/** The flow within its application. If only other flows are broken, they are left out. */
export async function loadFlow(flowFile: string, limits: Partial<Limits>): Promise<LoadedFlow> {
  await refuseWhatIsNoFile(flowFile)
  const loaded = await loadFolder(dirname(flowFile), limits)
  const name = basename(flowFile)
  if (!isFlowFile(name) || !loaded.sources.some(({ file }) => basename(file) === name)) {
    throw callWrong({ problem: `${flowFile} is not a file with a flow.` })
  }
  return leaveOutBroken({ ...loaded, leftOut: [] }, name, limits)
}

function leaveOutBroken(loaded: LoadedFlow, name: string, limits: Partial<Limits>): LoadedFlow {
  if (loaded.application) return loaded
  const isOwn = (file: string) => basename(file) === name || isApplicationFile(file)
  const broken = loaded.problems.filter(({ severity }) => severity === 'error').map(({ file }) => file)
  if (broken.some(isOwn)) return loaded
  const others = loadSources(
    loaded.sources.filter(({ file }) => !broken.includes(file)),
    limits,
  )
  // A flow that starts one of the flows left out is broken now, too.
  return leaveOutBroken({ ...others, leftOut: [...loaded.leftOut, ...new Set(broken)] }, name, limits)
}

async function refuseWhatIsNoFile(flowFile: string): Promise<void> {
  const found = await stat(flowFile).catch(() => undefined)
  if (found === undefined) throw callWrong({ problem: `${flowFile} does not exist.` })
  if (found.isDirectory()) throw callWrong({ problem: `${flowFile} is a folder, not a file with a flow.` })
}
