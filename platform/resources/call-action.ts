/** The one way to an action, for REST and flows alike: finds it, checks the scope, validates, runs. */
import { FlowpotError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Actor } from '../auth/actor.ts'
import { isAllowed } from '../auth/scopes.ts'
import { forbidden, notFound, toApiError, unauthenticated } from '../base/refusals.ts'
import { validate } from '../base/validate.ts'
import type { Platform } from '../platform.ts'
import { actionsByCall } from './catalogue.ts'

/**
 * Runs `call` (`devices.post`) as `actor`. Throws a `FlowpotError` for what is refused. `address` is where the request came from.
 * `params` may name the application; another one is not found.
 */
export async function runAction(
  platform: Platform,
  actor: Actor,
  call: string,
  params: Readonly<Record<string, unknown>>,
  address?: string,
): Promise<unknown> {
  const found = actionsByCall.get(call)
  if (!found) throw notFound({ what: `The action ${call}` })
  const { resource, name, action } = found
  if (!isAllowed(actor, resource, name, action)) {
    throw actor.kind === 'anonymous' ? unauthenticated({}) : forbidden({ call })
  }
  const { applicationId, ...own } = params
  if (applicationId !== undefined && applicationId !== platform.applicationId) throw notFound({ what: 'Application' })
  validate(action.params, own)
  return action.run(own, { platform, actor, address })
}

/** As `runAction`, but what is refused comes back as `error`. Never throws: what nobody foresaw is logged, and answered in general words. */
export async function callAction(
  platform: Platform,
  actor: Actor,
  call: string,
  params: Readonly<Record<string, unknown>>,
  address?: string,
): Promise<ApiOutcome> {
  try {
    return { result: await runAction(platform, actor, call, params, address) }
  } catch (error) {
    if (!(error instanceof FlowpotError) || error.status >= 500)
      platform.log.error({ err: error, call }, 'An action failed')
    const headers = error instanceof FlowpotError ? error.headers : {}
    return { error: toApiError(error), ...(Object.keys(headers).length > 0 ? { headers } : {}) }
  }
}
