import type { Application, CompiledTrigger } from '../../engine/application.ts'
import type { RunRecord } from '../../server/recorder/run-record.ts'
import { callWrong } from '../refusals.ts'

/** Finds the trigger by its ID, which counts the triggers before it. If the flow has changed, its first trigger of that type is taken. */
export function findTrigger({ triggers }: Application, { flow, trigger }: RunRecord): CompiledTrigger {
  const ofType = triggers.filter((candidate) => candidate.flow.id === flow && candidate.type === trigger.type)
  const found = ofType.find(({ id }) => id === trigger.id) ?? ofType[0]
  if (found) return found
  throw callWrong({ problem: `The flow ${flow} has no trigger ${trigger.type}, by which the run began.` })
}
