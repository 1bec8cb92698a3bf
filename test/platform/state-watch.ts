/** A trigger that is told of every state. */
import type { StateWatch } from '../../platform/runs/watches.ts'

export function stateWatch(more: Partial<StateWatch> = {}): StateWatch {
  const everything = { attributes: undefined, ignoredAttributes: undefined, maxAgeSeconds: undefined }
  const trigger = { trigger: 'water/0/all', flowId: 'water', devices: undefined }
  return { on: 'state', ...trigger, ...everything, reports: 'all', batch: 'each', ...more }
}
