/** Goes through the flow of a custom node, within the run that uses it and on a payload of its own. */
import type { CompiledNode } from '../compile/compiled-flow.ts'
import { type CustomNode, customNodeStart, type Returned, withDefaults } from '../custom-node.ts'
import type { Run } from '../node.ts'
import type { Payload } from '../values/payload.ts'
import { InnerRun, passageOf } from './inner-run.ts'
import { startPayload } from './start-payload.ts'
import { CustomNodeFailed, ended, IterationFailed } from './stretch.ts'

/**
 * `inputs` are the custom node's from here on: nothing of them is shared with another payload. What it returned: a promise
 * only where one of its nodes waits. Throws what one of its nodes throws.
 */
export function useCustomNode(
  user: CompiledNode,
  used: CustomNode | undefined,
  run: Run,
  inputs: Payload,
): Returned | Promise<Returned> {
  const trigger = used?.trigger
  // An application is served once all of its flows are compiled.
  if (!used || !trigger) throw new TypeError(`${user.name} stands for no custom node.`)
  const passage = passageOf(run)
  const { services, applicationId } = passage.request
  const own = new InnerRun(passage, `${run.within}@${user.flow.id}/${user.name}`)
  const data = withDefaults(used, inputs)
  const start = { time: passage.startedAt, services, applicationId, data, triggerType: customNodeStart }
  const payload = startPayload(trigger, start, passage.scope)
  const use = passage.enter(trigger.start, payload, own)

  const finish = (): Returned => {
    passage.changePayload()
    if (passage.failure) throw new IterationFailed(passage.failure)
    if (use.failure) throw new CustomNodeFailed(use.failure)
    if (!own.returned) throw new TypeError(`The custom node ${used.name} returned nothing.`)
    return own.returned
  }
  return use.waiting > 0 && !use.failure ? ended(use).then(finish) : finish()
}
