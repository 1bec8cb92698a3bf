/** `flowpot add endpoint`: begins a flow with its test. */
import { addEndpoint as add } from '../workbench/scaffold/add-endpoint.ts'
import { describeProblems, print, printError, printJson, shellQuoted } from './output.ts'

export interface AddOptions {
  readonly folder: string
  readonly json?: boolean
}

export async function addEndpoint(text: string, { folder, json = false }: AddOptions): Promise<number> {
  const { added, problems, sources } = await add(text, folder)
  if (!added) {
    if (json) printJson({ problems })
    else printError(describeProblems(problems, sources))
    return 1
  }
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
