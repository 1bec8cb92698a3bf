/** Fires a flow's `button` trigger for the REST API, as Losant's `flow.pressVirtualButton`. */
import { randomUUID } from 'node:crypto'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Application, RunLog } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { Actor } from '../../platform/auth/actor.ts'
import { isAllowed } from '../../platform/auth/scopes.ts'
import type { ButtonPress } from '../http/platform-server.ts'

const declared = { scopes: ['all.Application'] }

export interface PressContext {
  readonly applicationId: string
  readonly services: () => Services
  readonly log: RunLog
}

/** Answers as soon as the run has begun; how it goes on is in the log. */
export function pressButton(
  application: Application,
  { applicationId, services, log }: PressContext,
  actor: Actor,
  { flowId, button }: ButtonPress,
): ApiOutcome {
  if (!isAllowed(actor, 'flow', 'pressVirtualButton', declared)) {
    return refuse('Forbidden', 403, 'The token has no scope for flow.pressVirtualButton.')
  }
  if (typeof button !== 'object' || button === null || !('key' in button) || typeof button.key !== 'string') {
    return refuse('Validation', 400, 'The body must be { key: NAME, payload? }, with the name of a button.')
  }
  const { key } = button
  const trigger = application.buttons.find(({ flow, spec }) => flow.id === flowId && spec.name === key)
  if (!trigger) return refuse('NotFound', 404, `There is no button "${key}" in a flow ${flowId}.`)
  const payload = 'payload' in button ? button.payload : {}
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return refuse('Validation', 400, 'payload must be an object.')
  }
  application.start({
    trigger,
    id: randomUUID(),
    applicationId,
    data: { ...payload },
    triggerType: 'virtualButton',
    services: services(),
    log,
  })
  return { result: { success: true } }
}

function refuse(type: string, statusCode: number, message: string): ApiOutcome {
  return { error: { type, statusCode, message } }
}
