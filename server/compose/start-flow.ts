/** Starts flows for other flows. A run is stored before the flow that started it continues, so that a crash loses none. */

import { defineError } from '../../contracts/errors.ts'
import type { Application } from '../../engine/application.ts'
import { findButton } from '../../engine/run/find-button.ts'
import type { Effects } from '../../engine/services.ts'
import type { RunBegin } from '../../platform/base/triggered-run.ts'
import type { Platform } from '../../platform/platform.ts'
import { queueRuns } from '../../platform/runs/triggered-runs.ts'

/** The most flows in a chain of flows that start each other without a pause. */
const mostInChain = 20
/** A run that is due this much later begins a new chain, so a flow may go on starting itself periodically. */
const newChainAfterMs = 60_000

const chainTooLong = defineError<{ max: number }>(
  'RUN_CHAIN_TOO_LONG',
  500,
  ({ max }) =>
    `This run is the last of a chain of ${max} flows that started one another, so it must not start another flow.`,
)

/** `application` returns the application that is being served. */
export function createFlowStarter(platform: Platform, application: () => Application): Effects['startFlow'] {
  return async ({ flow, button, data, by, depth, dueAt = 0 }) => {
    const now = platform.clock.now()
    const reached = dueAt - now >= newChainAfterMs ? 0 : depth + 1
    if (reached > mostInChain) throw chainTooLong({ max: mostInChain })
    const trigger = findButton(application(), { flow, button })
    const begin: RunBegin = {
      time: Math.max(dueAt, now),
      // A copy, as the store would return it, so that the two runs share nothing.
      data: JSON.parse(JSON.stringify(data)),
      triggerType: 'virtualButton',
      relayId: by,
      relayType: 'flow',
      depth: reached,
    }
    const runId = platform.newId()
    await queueRuns(platform, [{ id: runId, trigger: trigger.id, flowId: flow, begin }], begin.time)
    return { runId }
  }
}
