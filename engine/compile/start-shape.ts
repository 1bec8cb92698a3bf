/** What is known of the payload when a trigger fires. */
import type { ApplicationSettings } from '../application.ts'
import { objectShape, type Shape, scalar } from '../check/shape.ts'
import { shapeOfValue } from '../check/shape-of-value.ts'
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
