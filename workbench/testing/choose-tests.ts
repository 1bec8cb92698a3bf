import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { flowIdOf, isFlowFile, isTestFile } from '../../engine/load/file-kinds.ts'
import { callWrong } from '../refusals.ts'
import type { TestChoice } from './run-tests.ts'

/** Chooses the tests of a folder, or those of one flow if `path` is the flow or the file of its tests. */
export async function chooseTests(path: string, filter: string | undefined): Promise<TestChoice> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return { folder: path, flowId: undefined, filter }
  const name = basename(path)
  if (!isFlowFile(name) && !isTestFile(name)) {
    throw callWrong({ problem: `${path} is neither a flow nor a file of tests.` })
  }
  return { folder: dirname(path), flowId: flowIdOf(name), filter }
}
