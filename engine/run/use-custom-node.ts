/** Runs the flow of a custom node, within the run that uses it and on a payload of its own. */

import { customNodeStart, type Returned, withDefaults } from '../custom-node.ts'
import type { Run } from '../node.ts'
import type { Payload } from '../values/payload.ts'
import { InnerRun, passageOf } from './inner-run.ts'
import type { LinkedNode, LinkedTrigger } from './linked-flow.ts'
import { startPayload } from './start-payload.ts'
import { CustomNodeFailed, ended, IterationFailed, RunStopped } from './stretch.ts'

/**
 * `inputs` become part of the custom node's payload, so they must not be shared. Gives what the custom node returned, as a
 * promise only if one of its nodes waits. Throws what one of its nodes throws.
 */
export function useCustomNode(
  user: LinkedNode,
  used: LinkedTrigger<'custom-node'> | undefined,
  run: Run,
  inputs: Payload,
): Returned | Promise<Returned> {
  if (!used) throw new TypeError(`${user.name} stands for no custom node.`)
  const passage = passageOf(run)
  const { services, applicationId } = passage.request
  const own = new InnerRun(passage, `${run.within}@${user.flow.id}/${user.name}`)
  const data = withDefaults(used.spec, inputs)
  const start = { time: passage.startedAt, services, applicationId, data, triggerType: customNodeStart }
  const payload = startPayload(used, start, passage.scope)
  const use = passage.enter(used.start, payload, own)

  const finish = (): Returned => {
    passage.changePayload()
    if (passage.isStopped) throw new RunStopped()
    if (passage.failure) throw new IterationFailed(passage.failure)
    if (use.failure) throw new CustomNodeFailed(use.failure)
    if (!own.returned) throw new TypeError(`The custom node ${used.spec.name} returned nothing.`)
    return own.returned
  }
  return use.waiting > 0 && !use.failure ? ended(use).then(finish) : finish()
}
