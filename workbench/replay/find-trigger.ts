import type { Application, CompiledTrigger } from '../../engine/application.ts'
import type { RunRecord } from '../../server/recorder/run-record.ts'
import { callWrong } from '../refusals.ts'

/** By its ID, or the flow's first of that type: a changed flow may have others before it. */
export function findTrigger({ triggers }: Application, { flow, trigger }: RunRecord): CompiledTrigger {
  const ofType = triggers.filter((candidate) => candidate.flow.id === flow && candidate.type === trigger.type)
  const found = ofType.find(({ id }) => id === trigger.id) ?? ofType[0]
  if (found) return found
  throw callWrong({ problem: `The flow ${flow} has no trigger ${trigger.type}, by which the run began.` })
}
