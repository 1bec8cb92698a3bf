/** Which buttons the nodes of a flow fire, as far as they are written out. */
import type { FlowNode } from '../flow/flow-graph.ts'
import type { Position } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { hasTemplate } from './compile-value.ts'

/** A button by its names, which a template may give: then it is looked up in the run. */
export interface FiredButton {
  readonly flow: string
  readonly button: string | undefined
  /** Where each of the two stands in the file. */
  readonly at: { readonly flow: Position; readonly button: Position }
}

export function firedButtons(nodes: readonly FlowNode[], { place }: Pick<Reporter, 'place'>): FiredButton[] {
  return nodes
    .filter(({ type }) => type.roles?.firesButton)
    .flatMap(({ config: { flow, button }, at }) => {
      if (typeof flow !== 'string' || hasTemplate(flow)) return []
      const written = typeof button === 'string' && !hasTemplate(button) ? button : undefined
      return [{ flow, button: written, at: { flow: place([...at, 'flow']), button: place([...at, 'button']) } }]
    })
}
