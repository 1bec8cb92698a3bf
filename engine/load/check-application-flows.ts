/** What only shows between flows: routes that conflict and names that are used twice. */
import type { CompiledTrigger, FlowDescription } from '../application.ts'
import type { CompiledFlow } from '../compile/compiled-flow.ts'
import type { Problem } from '../problem.ts'
import { parseEndpoint, routesConflict } from '../route.ts'
import type { EndpointSpec } from '../trigger.ts'

export function checkApplicationFlows(flows: readonly CompiledFlow[]): Problem[] {
  return [...checkNames(flows), ...checkRoutes(flows)]
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
    return [{ code: 'FLOW_DUPLICATE_NAME', severity: 'error', file: flow.file, line: 1, column: 1, message, related }]
  })
}

function checkRoutes(flows: readonly CompiledFlow[]): Problem[] {
  const endpoints = flows
    .flatMap(({ triggers }) => triggers)
    .filter((trigger): trigger is typeof trigger & CompiledTrigger<EndpointSpec> => trigger.type === 'endpoint')
    .filter(({ spec }) => spec.enabled)
    .map((trigger) => ({ ...trigger, parsed: parseEndpoint(`${trigger.spec.method} ${trigger.spec.route}`) }))
  return endpoints.flatMap((endpoint, index) => {
    const other = endpoints.slice(0, index).find(({ parsed }) => routesConflict(parsed, endpoint.parsed))
    if (!other) return []
    const { method, route } = endpoint.spec
    const problem: Problem = {
      code: 'FLOW_ROUTE_CONFLICT',
      severity: 'error',
      file: endpoint.flow.file,
      line: endpoint.line,
      column: 1,
      message: `${method} ${route} is the same route as ${other.spec.method} ${other.spec.route} in ${other.flow.file}:${other.line}.`,
      hint: 'Change one of the two routes, or put both into one flow.',
      related: [{ file: other.flow.file, line: other.line, column: 1, message: 'the other endpoint' }],
    }
    return [problem]
  })
}
