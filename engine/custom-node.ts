/** What is known about a flow that other flows use as a node. */
import type { Shape } from './json-schema/shape.ts'
import type { JsonSchema } from './json-schema/shape-of-schema.ts'
import { isMap } from './values/is-map.ts'
import type { Payload } from './values/payload.ts'

/** Key of the trigger that turns its flow into a custom node. */
export const customNodeKey = 'custom-node'

/** Losant's name for a custom node's `triggerType`. */
export const customNodeStart = 'customNodeStart'

export interface CustomNodeInput {
  readonly schema: JsonSchema
  readonly isRequired: boolean
  /** The value if the user of the node gives none. */
  readonly default?: unknown
}

/** What the `custom-node` trigger compiles to. */
export interface CustomNodeSpec {
  /** The name that flows use it by. */
  readonly name: string
  readonly description?: string
  readonly inputs: ReadonlyMap<string, CustomNodeInput>
  /** At least one. */
  readonly outputs: readonly string[]
  /** Whether the user of the node may, must or cannot say where the result goes. */
  readonly result: 'optional' | 'required' | 'none'
}

/** What the checks of a flow know about a custom node that the flow uses. */
export interface CustomNode extends CustomNodeSpec {
  /** What it returns by each of its outputs, as far as it is known. This and what follows is filled in once its flow is compiled. */
  returns: ReadonlyMap<string, Shape> | undefined
  /** Whether it keeps something from one run to the next. */
  remembers: boolean
  /** Statuses below 500 that it may fail the run with. Filled in only to describe endpoints. */
  refusesWith: readonly number[]
}

/** How a custom node was left. */
export interface Returned {
  readonly output: string
  readonly value: unknown
}

/** The `data` of its payload: the given inputs, and copies of the defaults of all others. */
export function withDefaults({ inputs }: CustomNodeSpec, data: unknown): unknown {
  if (!isMap(data)) return data
  const filled: Payload = { ...data }
  for (const [name, { default: byDefault }] of inputs) {
    const isMissing = !Object.hasOwn(filled, name) || filled[name] === undefined
    if (byDefault !== undefined && isMissing) filled[name] = structuredClone(byDefault)
  }
  return filled
}
