/** A trigger that is told of every state. */
import type { StateWatch, Watch } from '../../contracts/watches.ts'

export function stateWatch(more: Partial<StateWatch> = {}): Watch<StateWatch> {
  const everything = { attributes: undefined, ignoredAttributes: undefined, maxAgeSeconds: undefined }
  const trigger = { trigger: 'water/0/all', flowId: 'water', devices: undefined }
  return { on: 'state', ...trigger, ...everything, reports: 'all', batch: 'each', ...more }
}
