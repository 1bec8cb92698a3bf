/** A sound flow: checked, its fields compiled, its nodes not yet linked. */
import type { CompiledTrigger, FlowDescription } from '../application.ts'
import type { FlowNode, Target } from '../flow/flow-graph.ts'
import type { Shape } from '../json-schema/shape.ts'
import type { Position } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import type { FiredButton } from './fired-buttons.ts'

export type UnlinkedTrigger = CompiledTrigger & { readonly start: Target }

export interface UnlinkedNode {
  readonly node: FlowNode
  /** What its type's `compile` takes. */
  readonly config: unknown
}

export interface CompiledFlow {
  readonly flow: FlowDescription
  readonly triggers: readonly UnlinkedTrigger[]
  /** Each node comes after all that lead to it. */
  readonly nodes: readonly UnlinkedNode[]
  readonly place: Reporter['place']
  readonly fires: readonly FiredButton[]
  readonly uses: readonly UsedCustomNode[]
  /** The outputs of a custom node; empty for any other flow. */
  readonly ownOutputs: readonly string[]
  /** What a custom node returns by each of its outputs, as far as it is known. */
  readonly returns: ReadonlyMap<string, Shape>
  /** Whether the flow keeps something from one run to the next. */
  readonly remembers: boolean
}

export interface UsedCustomNode {
  readonly name: string
  /** The place of its name. */
  readonly at: Position
}
