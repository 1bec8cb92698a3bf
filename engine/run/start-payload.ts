/** The payload that the first node of a flow gets. */
import type { RunRequest } from '../application.ts'
import { copyValue } from '../values/copy.ts'
import type { Payload } from '../values/payload.ts'
import type { LinkedTrigger } from './linked-flow.ts'
import type { RunScope } from './run-scope.ts'

export type Start = Omit<RunRequest, 'trigger' | 'id' | 'log'>

/** The keys are set one by one, since spreading the optional ones would take 3 µs. */
export function startPayload(trigger: LinkedTrigger, start: Start, scope: RunScope): Payload {
  const { flow } = trigger
  const payload: Payload = { time: new Date(start.time ?? start.services.clock.now()), data: start.data }
  if (start.meta !== undefined) payload.meta = start.meta
  if (start.experience) payload.experience = start.experience
  payload.globals = copyValue(scope.globals)
  if (scope.secrets) payload.secrets = { ...scope.secrets }
  payload.applicationId = start.applicationId
  payload.applicationName = scope.applicationName
  payload.flowId = flow.id
  payload.flowName = flow.name
  payload.triggerId = start.triggerId ?? trigger.id
  payload.triggerType = start.triggerType ?? trigger.type
  if (start.relayId !== undefined) payload.relayId = start.relayId
  if (start.relayType !== undefined) payload.relayType = start.relayType
  return payload
}
