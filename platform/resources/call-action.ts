/** Calls an action, for REST and for flows: checks the scope, validates the parameters, runs it. */
import type { TObject, TSchema } from 'typebox'
import { FlowpotError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Actor } from '../auth/actor.ts'
import { isAllowed } from '../auth/scopes.ts'
import { forbidden, notFound, toApiError, tooManySignIns, unauthenticated } from '../base/refusals.ts'
import { validate } from '../base/validate.ts'
import type { Platform } from '../platform.ts'
import type { Action, ActionContext, Named } from '../resource.ts'
import { actionsByCall } from './catalogue.ts'

/**
 * Returns the parameters without the application's ID. Throws a `FlowpotError` if the actor lacks the scope, if another application is named, or if
 * the parameters are invalid.
 */
export function admit(
  { resource, name, called }: Named,
  params: Readonly<Record<string, unknown>>,
  { platform, actor }: ActionContext,
): Readonly<Record<string, unknown>> {
  if (!isAllowed(actor, resource, name, called)) {
    throw actor.kind === 'anonymous' ? unauthenticated({}) : forbidden({ call: `${resource}.${name}` })
  }
  const { applicationId, ...own } = params
  if (applicationId !== undefined && applicationId !== platform.applicationId) throw notFound({ what: 'Application' })
  validate(called.params, own)
  return own
}

/** Throws a `FlowpotError` if the call is refused. */
export async function runAction<Context extends ActionContext>(
  named: Named<Action<TObject, TSchema, Context>>,
  params: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<unknown> {
  return named.called.run(admit(named, params, context), context)
}

/**
 * Runs `call` (`devices.post`) as `actor`. `address` is where the request came from. Never throws: refusals are returned as `error`. Unexpected errors
 * are logged, and the caller gets a general sentence.
 */
export async function callAction(
  platform: Platform,
  actor: Actor,
  call: string,
  params: Readonly<Record<string, unknown>>,
  address?: string,
): Promise<ApiOutcome> {
  try {
    const found = actionsByCall.get(call)
    if (!found) throw notFound({ what: `The action ${call}` })
    return { result: await runAction(found, params, { platform, actor, address }) }
  } catch (error) {
    // A flood of sign-ups is no fault, and would fill the log.
    const isFault = !(error instanceof FlowpotError) || (error.status >= 500 && !tooManySignIns.is(error))
    if (isFault) platform.log.error({ err: error, call }, 'An action failed')
    const headers = error instanceof FlowpotError ? error.headers : {}
    return { error: toApiError(error), ...(Object.keys(headers).length > 0 ? { headers } : {}) }
  }
}
