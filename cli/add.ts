/** `flowpot add endpoint`: begins a flow with its test. */
import { addEndpoint as add } from '../workbench/scaffold/add-endpoint.ts'
import { print, printJson, reportProblems, shellQuoted } from './output.ts'

export interface AddOptions {
  readonly folder: string
  readonly json?: boolean
}

export async function addEndpoint(text: string, { folder, json = false }: AddOptions): Promise<number> {
  const { added, ...loaded } = await add(text, folder)
  if (!added) return reportProblems(loaded, json)
  const { flow, test, request } = added
  if (json) printJson({ flow, test })
  else {
    print(`Made ${flow} and ${test}.

Next:
  flowpot test ${shellQuoted(flow)}
  flowpot run ${shellQuoted(flow)}${request === undefined ? '' : ` --request ${shellQuoted(request)}`}`)
  }
  return 0
}
