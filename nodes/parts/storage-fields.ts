/** The fields by which a flow says where it keeps a value. */
import { Type } from 'typebox'
import type { RawConfig, Run } from '../../engine/node.ts'
import { ValueOf } from '../../engine/schema.ts'
import { oneOf } from './one-of.ts'

export const storageKey = (description: string) =>
  ValueOf(Type.Union([Type.String({ minLength: 1 }), Type.Number()]), {
    description: `${description} At most 255 characters.`,
    examples: ['visits', 'visits-<< data.params.id >>'],
  })

export const storageScope = oneOf(['flow', 'application'], {
  description: 'Who shares the value: the runs of this flow, or those of every flow.',
  default: 'flow',
})

/** The scope of the storage that the field names in this flow. A custom node stores separately for each node that uses it. */
export function scopeOf(
  scope: 'flow' | 'application' | undefined,
  flowId: string,
  { within }: Pick<Run, 'within'>,
): string {
  return scope === 'application' ? 'application' : `flow:${flowId}${within}`
}

/** Whether what is stored is this flow's own. */
export function isOfFlow({ scope }: RawConfig): boolean {
  return scope !== 'application'
}
