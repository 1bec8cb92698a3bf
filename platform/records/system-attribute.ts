/** How a device of the class `system` computes attributes from those of its children. */
import Type, { type Static } from 'typebox'
import { invalid } from '../base/refusals.ts'
import { closed, Ids, Key, oneOf, TagFilters } from './schemas.ts'

const aggregations = ['FIRST', 'LAST', 'COUNT', 'MAX', 'MIN', 'MEDIAN', 'MEAN', 'SUM', 'STD_DEV'] as const

const ChildAttribute = closed({
  name: Key,
  mode: oneOf(['all', 'whitelist', 'blacklist']),
  deviceIds: Type.Optional(Ids),
  deviceTags: Type.Optional(TagFilters),
})
export type ChildAttribute = Static<typeof ChildAttribute>

export const SystemAttribute = closed({
  aggregation: Type.Optional(oneOf(aggregations)),
  aggregationOptions: Type.Optional(Type.Array(closed({}), { maxItems: 0 })),
  childAttributes: Type.Optional(Type.Array(ChildAttribute, { maxItems: 256 })),
})
type SystemAttribute = Static<typeof SystemAttribute>

/** For systems that name no other. */
export const defaultIntervalSeconds = 60

export const SystemInterval = Type.Integer({
  minimum: 5,
  maximum: 3600,
  description: `Of a system: every how many seconds its attributes are computed, ${defaultIntervalSeconds} by default.`,
})

interface AnyAttribute {
  readonly name: string
  readonly dataType: string
  readonly system?: SystemAttribute | undefined
}

export interface ComputedAttribute {
  readonly name: string
  readonly dataType: string
  readonly aggregation: (typeof aggregations)[number]
  /** At least one. */
  readonly childAttributes: readonly ChildAttribute[]
}

/** Attributes that a device computes. Older stores hold some that say too little for that; these are reported as others are. */
export function computedAttributes(deviceClass: string, attributes: readonly AnyAttribute[]): ComputedAttribute[] {
  if (deviceClass !== 'system') return []
  return attributes.flatMap(({ name, dataType, system }) => {
    const { aggregation, childAttributes = [] } = system ?? {}
    return aggregation && childAttributes.length > 0 ? [{ name, dataType, aggregation, childAttributes }] : []
  })
}

/** The devices that one attribute may name are parameters of one query. */
const maxNamed = 1000

/** Throws `PLATFORM_INVALID` (400) for what would have no effect, or another than it says. */
export function checkSystem(deviceClass: string, attributes: readonly AnyAttribute[]): void {
  for (const { name, dataType, system } of attributes) {
    if (system === undefined) continue
    const refuse = (problem: string) => invalid({ problem: `device.attributes: \`system\` of ${name} ${problem}` })
    if (deviceClass !== 'system') throw refuse('is only for devices of the class system')
    const { aggregation, childAttributes = [] } = system
    if (aggregation === undefined) throw refuse('has no aggregation')
    if (childAttributes.length === 0) {
      throw refuse('has no childAttributes, which name the attributes that it is computed from')
    }
    if (dataType !== 'number' && aggregation !== 'FIRST' && aggregation !== 'LAST') {
      throw refuse(`gives a number with ${aggregation}, but the dataType is ${dataType}`)
    }
    let named = 0
    for (const { name: child, mode, deviceIds = [], deviceTags = [] } of childAttributes) {
      const own = deviceIds.length + deviceTags.length
      if (mode === 'all' && own > 0)
        throw refuse(`takes ${child} of all children, but names some in deviceIds or deviceTags`)
      if (mode !== 'all' && own === 0) throw refuse(`has a ${mode} for ${child} without deviceIds and deviceTags`)
      named += own
    }
    if (named > maxNamed) throw refuse(`names more than ${maxNamed} devices and tags`)
  }
}
