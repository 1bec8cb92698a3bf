/** The shape of the payload when a trigger fires. */
import type { ApplicationSettings } from '../application.ts'
import type { FlowTrigger } from '../flow/flow-graph.ts'
import { objectShape, type Shape, scalar } from '../json-schema/shape.ts'
import { shapeOfValue } from './shape-of-value.ts'

/** `secrets` are the names of those that `application.yaml` has. */
export function startShape(
  trigger: FlowTrigger,
  globals: ApplicationSettings['globals'],
  secrets: readonly string[],
): Shape {
  return objectShape({
    time: scalar,
    globals: shapeOfValue(globals),
    ...(secrets.length > 0 && { secrets: objectShape(Object.fromEntries(secrets.map((name) => [name, scalar]))) }),
    applicationId: scalar,
    applicationName: scalar,
    flowId: scalar,
    flowName: scalar,
    triggerId: scalar,
    triggerType: scalar,
    relayId: scalar,
    relayType: scalar,
    // The configuration fits the trigger's schema, so its `shape` takes it.
    ...trigger.type.shape(trigger.config as never),
  })
}
