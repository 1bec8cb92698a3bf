/** What the triggers of an application ask the platform to be told of. */
import type { Application, CompiledTrigger } from '../../engine/application.ts'
import type { DeviceInactivitySpec, DeviceSpec, DeviceStateSpec, MqttSpec } from '../../engine/trigger.ts'
import type { Watch } from '../../platform/runs/watches.ts'

export function watchesOf({ triggers }: Pick<Application, 'triggers'>): Watch[] {
  return triggers.flatMap((trigger) => watchOf(trigger) ?? [])
}

/** `undefined` for a trigger that something else fires: a request, a timer, a person. */
export function watchOf({ type, id, flow, spec }: CompiledTrigger): Watch | undefined {
  const ofTrigger = { trigger: id, flowId: flow.id }
  // A trigger's spec is what its type compiled to.
  switch (type) {
    case 'device-state':
      return { on: 'state', ...ofTrigger, ...(spec as DeviceStateSpec) }
    case 'device-inactivity':
      return { on: 'inactivity', ...ofTrigger, ...(spec as DeviceInactivitySpec) }
    case 'device-connect':
      return { on: 'connect', ...ofTrigger, ...(spec as DeviceSpec) }
    case 'device-disconnect':
      return { on: 'disconnect', ...ofTrigger, ...(spec as DeviceSpec) }
    case 'device-created':
      return { on: 'create', ...ofTrigger, ...(spec as DeviceSpec) }
    case 'mqtt':
      return { on: 'topic', ...ofTrigger, filter: (spec as MqttSpec).topic }
    default:
      return undefined
  }
}
