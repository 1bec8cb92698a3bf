import { dirname, join } from 'node:path'
import { flowIdOf, isFlowFile } from '../../engine/load/file-kinds.ts'
import { folderUnreadable, readFolder } from '../../engine/load/read-folder.ts'
import { type LoadedFolder, loadSources } from '../../server/compose/load-folder.ts'
import type { RunRecord } from '../../server/recorder/run-record.ts'
import { readText } from '../read-text.ts'
import { callWrong } from '../refusals.ts'

export interface LoadedFlow extends LoadedFolder {
  /** Names the file that the user named, if its flow replaces the recorded one. */
  readonly shown: <Placed extends { readonly file: string }>(placed: Placed) => Placed
}

/** Loads the folder that the flow was recorded from. The flow in the file `against`, if given, replaces the recorded one. */
export async function loadRecordedFlow(
  record: RunRecord,
  { folder, against }: { readonly folder?: string; readonly against?: string },
): Promise<LoadedFlow> {
  const from = folder ?? dirname(record.file)
  const sources = await readFolder(from).catch((cause: unknown) => {
    if (folder !== undefined || !folderUnreadable.is(cause)) throw cause
    throw callWrong({ problem: `${from}, from where the run was recorded, is not here: say --folder.` }, { cause })
  })
  const isFlow = ({ file }: { readonly file: string }) => isFlowFile(file) && flowIdOf(file) === record.flow
  const standsAt = sources.find(isFlow)?.file ?? join(from, `${record.flow}.yaml`)
  if (against === undefined) {
    if (!sources.some(isFlow)) throw callWrong({ problem: `${from} has no flow ${record.flow}.` })
    return { ...loadSources(sources, record.limits), shown: (placed) => placed }
  }
  // Loaded under the name of the recorded flow, which is its ID.
  const text = await readText(against)
  const loaded = loadSources([...sources.filter((source) => !isFlow(source)), { file: standsAt, text }], record.limits)
  const shown: LoadedFlow['shown'] = (placed) => (placed.file === standsAt ? { ...placed, file: against } : placed)
  return { ...loaded, shown, problems: loaded.problems.map(shown), sources: loaded.sources.map(shown) }
}
