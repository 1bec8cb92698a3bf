/** A flow as a run walks it: closures, linked. Nothing in it is looked up in a table or parsed. */
import type { CompiledTrigger, FlowDescription } from '../application.ts'
import type { CustomNode } from '../custom-node.ts'
import type { Visit } from '../node.ts'
import type { Position } from '../source/position.ts'
import type { FiredButton } from './fired-buttons.ts'

export interface CompiledNode {
  readonly id: string | undefined
  readonly name: string
  readonly type: string
  readonly flow: FlowDescription
  readonly line: number
  readonly visit: Visit<string>
  /** Per output: no node is the end of the path, several are a split. `do` leads to the nodes of a loop's iteration. */
  readonly targets: Record<string, readonly CompiledNode[]>
}

/** Puts itself round the visits of a node: a test stands in for what would leave the process. */
export type WrapVisit = (node: Omit<CompiledNode, 'visit'>, visit: Visit<string>) => Visit<string>

/** An end of the path that breaks the loop around it. Known by its identity. */
export const breaking: readonly CompiledNode[] = []

export interface LinkedTrigger extends CompiledTrigger {
  readonly start: readonly CompiledNode[]
}

export interface CompiledFlow extends FlowDescription {
  readonly triggers: readonly LinkedTrigger[]
  readonly fires: readonly FiredButton[]
  readonly uses: readonly UsedCustomNode[]
  /** Of a custom node: what is known of it once it is compiled. */
  readonly returns: CustomNode['returns']
  readonly remembers: boolean
}

export interface UsedCustomNode {
  readonly name: string
  /** Where its name stands. */
  readonly at: Position
}
