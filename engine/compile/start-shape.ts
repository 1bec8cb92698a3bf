/** What is known of the payload when a trigger fires. */
import type { ApplicationSettings } from '../application.ts'
import { objectShape, type Shape, scalar, unknown } from '../check/shape.ts'
import type { FlowTrigger } from '../flow/flow-graph.ts'

export function startShape(trigger: FlowTrigger, globals: ApplicationSettings['globals']): Shape {
  return objectShape({
    time: scalar,
    globals: shapeOfValue(globals),
    applicationId: scalar,
    applicationName: scalar,
    flowId: scalar,
    flowName: scalar,
    triggerId: scalar,
    triggerType: scalar,
    relayId: scalar,
    relayType: scalar,
    // The trigger's schema has passed, so its own `shape` takes what stands there.
    ...Object.fromEntries(trigger.type.shape(trigger.config as never)),
  })
}

function shapeOfValue(value: unknown): Shape {
  if (Array.isArray(value)) return unknown
  if (typeof value !== 'object' || value === null) return scalar
  return objectShape(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shapeOfValue(field)])))
}
