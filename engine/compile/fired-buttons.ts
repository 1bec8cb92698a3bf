/** The buttons that the nodes of a flow fire, as far as no template computes their names. */
import type { FlowNode } from '../flow/flow-graph.ts'
import type { Position } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { hasTemplate } from './compile-value.ts'

/** `button` is missing if a template computes its name. Then the run looks it up. */
export interface FiredButton {
  readonly flow: string
  readonly button: string | undefined
  /** The places of the two names in the file. */
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
