/** Losant's ArrayNode as an `array` node. */
import type { RawConfig } from '../../../engine/node.ts'
import { filled, templateAt } from '../../parts/losant-fields.ts'
import type { Operations } from '../../parts/operations.ts'
import { arrayOperations } from './array-operations.ts'

const operations: Operations = arrayOperations

/** Losant's editor creates one rule per node. The result of a rule that does not change the list goes to its `outputPath`. */
export function translateArray({ sourceArrayPath, destArrayPath, rules }: RawConfig): RawConfig {
  const [rule, more] = (rules ?? []) as readonly RawConfig[] // as Losant exports it
  if (rule === undefined || more !== undefined) throw new Error('An array node has one rule.')
  const { type, inputTemplate, indexTemplate, order, outputPath } = rule
  const operation = String(type)
  const { required = [] } = operations[operation] ?? {}
  // The field for `inputTemplate`.
  const input = operation === 'slice' ? 'start' : ['value', 'by', 'where'].find((field) => required.includes(field))
  const finds = findingOperations.has(operation)
  if (finds && !outputPath) throw new Error(`The rule ${operation} has no outputPath.`)
  return {
    operation,
    source: templateAt(sourceArrayPath, 'sourceArrayPath'),
    ...(input && isGiven(inputTemplate) ? { [input]: inputTemplate } : {}),
    ...(isGiven(indexTemplate) ? { [operation === 'slice' ? 'end' : 'index']: indexTemplate } : {}),
    ...(operation.startsWith('sort') ? filled({ order }) : {}),
    ...(finds ? {} : filled({ removed: outputPath })),
    result: finds ? outputPath : destArrayPath || sourceArrayPath,
  }
}

const findingOperations: ReadonlySet<string> = new Set([
  'deduplicateBy',
  'filter',
  'groupBy',
  'indexOf',
  'keyBy',
  'length',
  'lookupAt',
  'sort',
  'sortBy',
  'sum',
])

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== ''
}
