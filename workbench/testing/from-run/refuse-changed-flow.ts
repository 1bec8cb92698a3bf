import type { Application, CompiledTrigger } from '../../../engine/application.ts'
import { compareRuns } from '../../../server/recorder/compare-runs.ts'
import { replayRun } from '../../../server/recorder/replay-run.ts'
import type { RunRecord } from '../../../server/recorder/run-record.ts'
import { flowChanged } from '../../refusals.ts'
import { describeDifference } from '../../replay/describe-difference.ts'
import type { StandIn } from '../stand-in.ts'
import { findNode } from './repeat-run.ts'

/** Throws `CLI_FLOW_CHANGED` if the flow no longer does what it did in the recorded run, since the test would expect outdated behaviour. */
export async function refuseChangedFlow(
  application: Application,
  trigger: CompiledTrigger,
  record: RunRecord,
  { nodes }: StandIn,
): Promise<void> {
  const gone = record.visits.find((visit) => !findNode(nodes, visit))
  const place = { flow: record.flow, id: record.id }
  if (gone) throw flowChanged({ ...place, problem: `it has no node ${gone.node} (${gone.type}) any more.` })
  const difference = compareRuns(record, await replayRun(application, trigger, record))
  // What depends on a secret differs without it. The tests that are tried show whether the rest is unchanged.
  if (difference && !record.isRedacted) throw flowChanged({ ...place, problem: describeDifference(difference) })
}
