/** What is known of a flow that other flows use as a node. */
import type { Shape } from './json-schema/shape.ts'
import type { JsonSchema } from './json-schema/shape-of-schema.ts'
import { isMap } from './values/is-map.ts'
import type { Payload } from './values/payload.ts'

/** Key of the trigger that makes a custom node of its flow. */
export const customNodeKey = 'custom-node'

/** `triggerType` on its payload, in Losant's words. */
export const customNodeStart = 'customNodeStart'

export interface CustomNodeInput {
  readonly schema: JsonSchema
  readonly isRequired: boolean
  /** Stands there where nothing is handed in. */
  readonly default?: unknown
}

/** What the `custom-node` trigger compiles to. */
export interface CustomNodeSpec {
  /** By which flows use it. */
  readonly name: string
  readonly description?: string
  readonly inputs: ReadonlyMap<string, CustomNodeInput>
  /** At least one. */
  readonly outputs: readonly string[]
  /** Whether who uses it may say where the result goes, has to, or cannot. */
  readonly result: 'optional' | 'required' | 'none'
}

/** What the checks of a flow may know of the custom nodes that it uses. */
export interface CustomNode extends CustomNodeSpec {
  /** What it returns by each of its outputs, as far as it is known. This and what follows is filled in once its flow is compiled. */
  returns: ReadonlyMap<string, Shape> | undefined
  /** Whether something in it is kept from one run to the next. */
  remembers: boolean
  /** Statuses below 500 that it may fail the run with. Filled in for whoever describes the endpoints. */
  refusesWith: readonly number[]
}

/** What a custom node came to. */
export interface Returned {
  readonly output: string
  readonly value: unknown
}

/** `data` of its payload: what was handed in, and copies of the defaults of what was not. */
export function withDefaults({ inputs }: CustomNodeSpec, data: unknown): unknown {
  if (!isMap(data)) return data
  const filled: Payload = { ...data }
  for (const [name, { default: byDefault }] of inputs) {
    const isMissing = !Object.hasOwn(filled, name) || filled[name] === undefined
    if (byDefault !== undefined && isMissing) filled[name] = structuredClone(byDefault)
  }
  return filled
}
