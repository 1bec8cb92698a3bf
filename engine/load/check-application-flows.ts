/** Finds what only shows once all flows are read: routes that conflict and names that are used twice. */
import type { CompiledTrigger, FlowDescription } from '../application.ts'
import type { CompiledFlow } from '../compile/compiled-flow.ts'
import { parseEndpoint, routesConflict } from '../route.ts'
import { describeMissing } from '../run/find-button.ts'
import type { Problem } from '../source/problem.ts'
import { checkCustomNodes } from './check-custom-nodes.ts'

/** `broken` are the IDs of flows with problems of their own, about which nothing is known. */
export function checkApplicationFlows(flows: readonly CompiledFlow[], broken: readonly string[]): Problem[] {
  return [
    ...checkNames(flows.map(({ flow }) => flow)),
    ...flows.flatMap(checkButtons),
    ...checkFired(flows, broken),
    ...checkCustomNodes(flows),
    ...checkWebhooks(flows),
    ...checkRoutes(flows),
  ]
}

function checkNames(flows: readonly FlowDescription[]): Problem[] {
  return flows.flatMap((flow, index) => {
    const other = flows.slice(0, index).find(({ id, name }) => name === flow.name || id === flow.id)
    if (!other) return []
    const related = [{ file: other.file, line: 1, column: 1, message: 'the other flow' }]
    const message =
      other.id === flow.id
        ? `The files of two flows differ in their ending alone, so that both are called ${flow.id}.`
        : `The name "${flow.name}" is used by ${other.file} too.`
    const hint = 'Give one of the two another name.'
    const place = { file: flow.file, line: 1, column: 1 }
    return [{ code: 'FLOW_DUPLICATE_NAME', severity: 'error', ...place, message, hint, related }]
  })
}

function checkButtons(flow: CompiledFlow): Problem[] {
  const buttons = buttonsOf(flow)
  return buttons.flatMap((button, index) => {
    const other = buttons.slice(0, index).find(({ spec }) => spec.name === button.spec.name)
    if (!other) return []
    const problem: Problem = {
      code: 'FLOW_DUPLICATE_NAME',
      severity: 'error',
      ...placeOf(button),
      message: `This flow has two buttons "${button.spec.name}": the second would never be pressed.`,
      hint: 'Give one of the two another name.',
      related: [{ ...placeOf(other), message: 'the other button' }],
    }
    return [problem]
  })
}

/** Checks that the buttons exist that nodes fire. */
function checkFired(flows: readonly CompiledFlow[], broken: readonly string[]): Problem[] {
  const ids = [...flows.map(({ flow }) => flow.id), ...broken]
  return flows.flatMap(({ flow: { file }, fires }) =>
    fires.flatMap(({ flow, button, at }): Problem[] => {
      if (broken.includes(flow)) return []
      const names = flows.filter((other) => other.flow.id === flow).flatMap(buttonsOf)
      const buttons = names.map(({ spec }) => spec.name)
      // If a template names the button, only the flow can be looked up.
      if (ids.includes(flow) && (button === undefined || buttons.includes(button))) return []
      const { field, message, hint } = describeMissing({ flow, button: button ?? '' }, ids, buttons)
      return [{ code: 'FLOW_UNKNOWN_BUTTON', severity: 'error', file, ...at[field], message, hint }]
    }),
  )
}

function buttonsOf({ triggers }: CompiledFlow): CompiledTrigger<'button'>[] {
  return triggers.filter((trigger) => trigger.type === 'button')
}

/** A webhook is served before the endpoints. */
function checkWebhooks(flows: readonly CompiledFlow[]): Problem[] {
  const triggers = flows.flatMap((flow) => flow.triggers)
  const webhooks = triggers.filter((trigger) => trigger.type === 'webhook')
  const endpoints = triggers.filter((trigger) => trigger.type === 'endpoint')
  return webhooks.flatMap((webhook, index) => {
    const { name } = webhook.spec
    const other = webhooks.slice(0, index).find(({ spec }) => spec.name === name)
    const below = new RegExp(`^/webhooks/${name}(/|$)`)
    const shadowed = endpoints.find(({ spec }) => below.test(spec.route))
    const twin = other ?? shadowed
    if (!twin) return []
    const problem: Problem = {
      code: 'FLOW_ROUTE_CONFLICT',
      severity: 'error',
      ...placeOf(webhook),
      message: other
        ? `There are two webhooks "${name}": the second would never be called.`
        : `/webhooks/${name} is this webhook's address: the endpoint below it would never be called.`,
      hint: 'Give one of the two another name.',
      related: [{ ...placeOf(twin), message: other ? 'the other webhook' : 'the endpoint' }],
    }
    return [problem]
  })
}

function checkRoutes(flows: readonly CompiledFlow[]): Problem[] {
  const endpoints = flows
    .flatMap(({ triggers }) => triggers)
    .filter((trigger) => trigger.type === 'endpoint')
    .filter(({ spec }) => spec.enabled)
    .map((trigger) => ({ ...trigger, parsed: parseEndpoint(`${trigger.spec.method} ${trigger.spec.route}`) }))
  return endpoints.flatMap((endpoint, index) => {
    const other = endpoints.slice(0, index).find(({ parsed }) => routesConflict(parsed, endpoint.parsed))
    if (!other) return []
    const { method, route } = endpoint.spec
    const isOneFlow = endpoint.flow.file === other.flow.file
    const problem: Problem = {
      code: 'FLOW_ROUTE_CONFLICT',
      severity: 'error',
      ...placeOf(endpoint),
      message: `${method} ${route} is the same route as ${other.spec.method} ${other.spec.route} in ${other.flow.file}:${other.line}.`,
      hint: isOneFlow ? 'Change or remove one of the two.' : 'Change one of the two routes, or put both into one flow.',
      related: [{ ...placeOf(other), message: 'the other endpoint' }],
    }
    return [problem]
  })
}

function placeOf({ flow: { file }, line, column }: CompiledTrigger) {
  return { file, line, column }
}
