/** Finds custom nodes that use each other in a circle, which only shows once all flows are read. */
import type { CompiledFlow, UsedCustomNode } from '../compile/compiled-flow.ts'
import type { Problem } from '../source/problem.ts'

interface Definition {
  readonly name: string
  readonly file: string
  readonly uses: readonly UsedCustomNode[]
}

interface Step {
  readonly file: string
  readonly use: UsedCustomNode
}

/** Reports every use that closes a circle, with the uses that lead to it. */
export function checkCircles(flows: readonly CompiledFlow[]): Problem[] {
  const definitions = flows.flatMap(({ flow: { file }, triggers, uses }) =>
    triggers
      .filter((trigger) => trigger.type === 'custom-node')
      .map(({ spec: { name } }): Definition => ({ name, file, uses })),
  )
  const byName = new Map(definitions.map((definition) => [definition.name, definition]))
  const problems: Problem[] = []
  const left = new Set<string>()
  const way: Step[] = []
  const visit = ({ name, file, uses }: Definition): void => {
    for (const use of uses) {
      way.push({ file, use })
      const next = byName.get(use.name)
      const from = way.findIndex(({ file }) => file === next?.file)
      if (from !== -1) problems.push(describeCircle(way.slice(from)))
      else if (next && !left.has(use.name)) visit(next)
      way.pop()
    }
    left.add(name)
  }
  for (const definition of definitions) if (!left.has(definition.name)) visit(definition)
  return problems
}

/** The last step leads back to the flow of the first. */
function describeCircle(steps: readonly Step[]): Problem {
  const last = steps.at(-1)
  const names = [last, ...steps].flatMap((step) => (step ? [`"${step.use.name}"`] : []))
  const { file = '', use } = last ?? {}
  return {
    code: 'FLOW_USES_ITSELF',
    severity: 'error',
    file,
    line: use?.at.line ?? 1,
    column: use?.at.column ?? 1,
    message: `A custom node cannot use itself, and here it does: ${names.join(' uses ')}.`,
    hint: 'To repeat something, put it into the "do" of a loop.',
    related: steps.slice(0, -1).map(({ file, use: { name, at } }) => ({ file, ...at, message: `uses "${name}"` })),
  }
}
