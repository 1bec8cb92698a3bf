/** The fields by which a flow says where it keeps a value. */
import { Type } from 'typebox'
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

/** The scope of the storage that the field means in this flow. */
export function scopeOf(scope: 'flow' | 'application' | undefined, flowId: string): string {
  return scope === 'application' ? 'application' : `flow:${flowId}`
}
