/** A flow as a run walks it: linked closures, so that a run looks nothing up by name and parses nothing. */
import type { CompiledTrigger, FlowDescription } from '../application.ts'
import type { Visit } from '../node.ts'
import type { TriggerKey } from '../trigger.ts'

export interface LinkedNode {
  readonly id: string | undefined
  readonly name: string
  readonly type: string
  readonly flow: FlowDescription
  readonly line: number
  readonly visit: Visit<string>
  /** Per output: an empty list ends the path, several nodes are a split. `do` leads to the nodes of a loop's iteration. */
  readonly targets: Record<string, readonly LinkedNode[]>
}

/** Replaces the visits of a node, such as with the stubs of a test. */
export type WrapVisit = (node: Omit<LinkedNode, 'visit'>, visit: Visit<string>) => Visit<string>

/** An end of the path that breaks the loop around it. It is recognised by its identity. */
export const breaking: readonly LinkedNode[] = []

/** An end of the path that ends the whole run. It is recognised by its identity. */
export const stopping: readonly LinkedNode[] = []

export type LinkedTrigger<Key extends TriggerKey = TriggerKey> = CompiledTrigger<Key> & {
  readonly start: readonly LinkedNode[]
}
