/** Finds problems that only show once all flows are read: routes that conflict, names that are used twice, and buttons that are missing. */
import type { CompiledTrigger } from '../application.ts'
import type { CompiledFlow } from '../compile/compiled-flow.ts'
import { parseEndpoint, routesConflict } from '../route.ts'
import { describeMissing } from '../run/find-button.ts'
import type { Problem } from '../source/problem.ts'
import { checkCircles } from './check-circles.ts'

/** `broken` are the IDs of flows with problems of their own. Nothing else is known about them. */
export function checkApplicationFlows(flows: readonly CompiledFlow[], broken: readonly string[]): Problem[] {
  const triggers = flows.flatMap((flow) => flow.triggers)
  const endpoints = triggers.filter((trigger) => trigger.type === 'endpoint')
  return [
    ...checkFlows(flows),
    ...checkNames(triggers.filter((trigger) => trigger.type in named) as NamedTrigger[]),
    ...checkFired(flows, broken),
    ...checkCircles(flows),
    ...checkWebhooks(
      triggers.filter((trigger) => trigger.type === 'webhook'),
      endpoints,
    ),
    ...checkRoutes(endpoints),
  ]
}

type Placed = Pick<CompiledTrigger, 'flow' | 'line' | 'column'>

interface Conflict extends Pick<Problem, 'code' | 'message' | 'hint'> {
  /** What the item is that conflicts with the reported one. */
  readonly other: string
}

/** Reports each item for which `find` returns another one, which it conflicts with. `earlier` are the items before it. */
function reportConflicts<Item extends Placed, Other extends Placed>(
  items: readonly Item[],
  find: (item: Item, earlier: readonly Item[]) => Other | undefined,
  describe: (item: Item, other: Other) => Conflict,
): Problem[] {
  return items.flatMap((item, index): Problem[] => {
    const found = find(item, items.slice(0, index))
    if (!found) return []
    const { other, ...problem } = describe(item, found)
    return [{ severity: 'error', ...placeOf(item), ...problem, related: [{ ...placeOf(found), message: other }] }]
  })
}

function placeOf({ flow: { file }, line, column }: Placed) {
  return { file, line, column }
}

const rename = 'Give one of the two another name.'

function checkFlows(flows: readonly CompiledFlow[]): Problem[] {
  return reportConflicts(
    flows.map(({ flow }) => ({ flow, line: 1, column: 1 })),
    ({ flow }, earlier) => earlier.find((other) => other.flow.name === flow.name || other.flow.id === flow.id),
    ({ flow }, { flow: other }) => {
      const message =
        other.id === flow.id
          ? `The files of two flows only differ in their extension, so both flows have the ID ${flow.id}.`
          : `The name "${flow.name}" is used by ${other.file} too.`
      return { code: 'FLOW_DUPLICATE_NAME', message, hint: rename, other: 'the other flow' }
    },
  )
}

/** Triggers that are known by a name, and what would never happen to the second one of the same name. */
const named = {
  button: { code: 'FLOW_DUPLICATE_NAME', kind: 'button', never: 'pressed' },
  'custom-node': { code: 'FLOW_DUPLICATE_NAME', kind: 'custom node', never: 'used' },
  webhook: { code: 'FLOW_ROUTE_CONFLICT', kind: 'webhook', never: 'called' },
} as const

type NamedTrigger = CompiledTrigger<keyof typeof named>

function checkNames(triggers: readonly NamedTrigger[]): Problem[] {
  // The names of buttons belong to their flow, and the others to the application.
  const nameOf = ({ type, spec, flow }: NamedTrigger) => `${type === 'button' ? flow.id : type}/${spec.name}`
  return reportConflicts(
    triggers,
    (trigger, earlier) => earlier.find((other) => other.type === trigger.type && nameOf(other) === nameOf(trigger)),
    ({ type, spec: { name } }) => {
      const { code, kind, never } = named[type]
      const message = `There are two ${kind}s "${name}": the second would never be ${never}.`
      return { code, message, hint: rename, other: `the other ${kind}` }
    },
  )
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
function checkWebhooks(
  webhooks: readonly CompiledTrigger<'webhook'>[],
  endpoints: readonly CompiledTrigger<'endpoint'>[],
): Problem[] {
  return reportConflicts(
    webhooks,
    ({ spec: { name } }) => {
      const below = new RegExp(`^/webhooks/${name}(/|$)`)
      return endpoints.find(({ spec }) => below.test(spec.route))
    },
    ({ spec: { name } }) => ({
      code: 'FLOW_ROUTE_CONFLICT',
      message: `/webhooks/${name} is this webhook's address: the endpoint below it would never be called.`,
      hint: rename,
      other: 'the endpoint',
    }),
  )
}

function checkRoutes(endpoints: readonly CompiledTrigger<'endpoint'>[]): Problem[] {
  const enabled = endpoints.filter(({ spec }) => spec.enabled)
  return reportConflicts(
    enabled.map((trigger) => ({ ...trigger, parsed: parseEndpoint(`${trigger.spec.method} ${trigger.spec.route}`) })),
    ({ parsed }, earlier) => earlier.find((other) => routesConflict(other.parsed, parsed)),
    ({ spec, flow }, { spec: other, flow: { file }, line }) => ({
      code: 'FLOW_ROUTE_CONFLICT',
      message: `${spec.method} ${spec.route} is the same route as ${other.method} ${other.route} in ${file}:${line}.`,
      hint: flow.file === file ? 'Change or remove one of the two.' : 'Change one of them, or put both into one flow.',
      other: 'the other endpoint',
    }),
  )
}
