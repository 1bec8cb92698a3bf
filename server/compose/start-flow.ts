/** Starts the flows that flows ask for. Each run is written down before anybody is told, so that a crash loses none. */

import { defineError } from '../../contracts/errors.ts'
import type { Application } from '../../engine/application.ts'
import { findButton } from '../../engine/run/find-button.ts'
import type { Effects } from '../../engine/services.ts'
import type { RunBegin } from '../../platform/base/triggered-run.ts'
import type { Platform } from '../../platform/platform.ts'
import { queueRuns } from '../../platform/runs/triggered-runs.ts'

/** Two flows that start each other are to come to rest. */
const mostInChain = 20
/** A flow that starts itself again and again, if not sooner than that, may go on for ever. */
const newChainAfterMs = 60_000

const chainTooLong = defineError<{ max: number }>(
  'RUN_CHAIN_TOO_LONG',
  500,
  ({ max }) => `${max} flows have started one another to get to this run, and it may start no other.`,
)

/** `application` is the one that serves at that moment. */
export function createFlowStarter(platform: Platform, application: () => Application): Effects['startFlow'] {
  return async ({ flow, button, data, by, depth, dueAt = 0 }) => {
    const now = platform.clock.now()
    const reached = dueAt - now >= newChainAfterMs ? 0 : depth + 1
    if (reached > mostInChain) throw chainTooLong({ max: mostInChain })
    const trigger = findButton(application(), { flow, button })
    const begin: RunBegin = {
      time: Math.max(dueAt, now),
      // As the store would give it back: the two runs share nothing.
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
