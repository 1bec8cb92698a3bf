/** Finds what only shows once all flows are read: custom nodes with the same name, and those that use each other in a circle. */
import type { CompiledFlow, UsedCustomNode } from '../compile/compiled-flow.ts'
import type { Problem } from '../source/problem.ts'

interface Definition {
  readonly name: string
  readonly file: string
  readonly uses: readonly UsedCustomNode[]
  readonly line: number
  readonly column: number
}

export function checkCustomNodes(flows: readonly CompiledFlow[]): Problem[] {
  const definitions = flows.flatMap(({ flow: { file }, triggers, uses }) =>
    triggers
      .filter((trigger) => trigger.type === 'custom-node')
      .map(({ spec: { name }, line, column }) => ({ name, file, uses, line, column })),
  )
  return [...checkNames(definitions), ...checkCircles(definitions)]
}

function checkNames(definitions: readonly Definition[]): Problem[] {
  return definitions.flatMap(({ name, file, line, column }, index): Problem[] => {
    const other = definitions.slice(0, index).find((definition) => definition.name === name)
    if (!other) return []
    return [
      {
        code: 'FLOW_DUPLICATE_NAME',
        severity: 'error',
        file,
        line,
        column,
        message: `There are two custom nodes "${name}": the second would never be used.`,
        hint: 'Give one of the two another name.',
        related: [{ file: other.file, line: other.line, column: other.column, message: 'the other custom node' }],
      },
    ]
  })
}

interface Step {
  readonly file: string
  readonly use: UsedCustomNode
}

/** Reports every use that closes a circle, with the uses that lead to it. */
function checkCircles(definitions: readonly Definition[]): Problem[] {
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
    hint: 'What is to be done again belongs into the "do" of a loop.',
    related: steps.slice(0, -1).map(({ file, use: { name, at } }) => ({ file, ...at, message: `uses "${name}"` })),
  }
}
