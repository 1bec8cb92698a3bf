/**
 * Picks the errors that matter from those of a validator. Where a value may be one of several things, it complains about
 * every one of them; what the writer wants to know is what is wrong with the one that was meant.
 */
import type { ErrorObject } from 'ajv'

const alternatives: ReadonlySet<string> = new Set(['anyOf', 'oneOf'])
/** The value is of another kind altogether. */
const kinds: ReadonlySet<string> = new Set(['type', 'const', 'enum'])
/** Judge a value as a whole, so that a template anywhere in it leaves open whether they hold. */
const judgesWhole: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'not',
  'if',
  'contains',
  'uniqueItems',
  'const',
  'enum',
])

/** The errors to report; none where a template stands in place of what is asked. */
export function decisiveErrors(
  errors: readonly ErrorObject[],
  isTemplate: (text: string) => boolean,
): readonly ErrorObject[] {
  const branching = errors.filter((error) => alternatives.has(error.keyword))
  const isInBranch = (error: ErrorObject) => branching.some((outer) => isWithin(error, outer))
  return errors.filter((error) => !isInBranch(error)).flatMap((error) => decide(error, errors, isTemplate))
}

function decide(
  error: ErrorObject,
  errors: readonly ErrorObject[],
  isTemplate: (text: string) => boolean,
): readonly ErrorObject[] {
  if (standsForAny(error, isTemplate)) return []
  if (!alternatives.has(error.keyword)) return [error]
  const within = errors.filter((inner) => isWithin(inner, error))
  if (within.length === 0) return judgeWhole(error, isTemplate)
  const branches = new Map<string, ErrorObject[]>()
  for (const inner of within) {
    const branch = inner.schemaPath.slice(error.schemaPath.length + 1).split('/', 1)[0] ?? ''
    branches.set(branch, [...(branches.get(branch) ?? []), inner])
  }
  const decided = [...branches.values()].map((branch) => ({
    errors: decisiveErrors(branch, isTemplate),
    isOfKind: !branch.some((inner) => kinds.has(inner.keyword) && isAboutKind(inner, error)),
  }))
  // Without the templates in it, the value is one of the things that are asked.
  if (decided.some((branch) => branch.errors.length === 0)) return []
  const likely = decided.filter((branch) => branch.isOfKind).sort((a, b) => a.errors.length - b.errors.length)
  const [best, second] = likely
  const isClear = best !== undefined && (second === undefined || best.errors.length < second.errors.length)
  return isClear ? best.errors : [error]
}

/** Also a property that must be one certain text, as those that tell several objects apart. */
function isAboutKind(inner: ErrorObject, outer: ErrorObject): boolean {
  if (inner.instancePath === outer.instancePath) return true
  const below = inner.instancePath.slice(outer.instancePath.length + 1)
  return inner.keyword === 'const' && !below.includes('/')
}

function standsForAny(error: ErrorObject, isTemplate: (text: string) => boolean): boolean {
  if (typeof error.data === 'string' && isTemplate(error.data)) return true
  return (
    judgesWhole.has(error.keyword) && !alternatives.has(error.keyword) && judgeWhole(error, isTemplate).length === 0
  )
}

function judgeWhole(error: ErrorObject, isTemplate: (text: string) => boolean): readonly ErrorObject[] {
  return holdsTemplate(error.data, isTemplate) ? [] : [error]
}

function holdsTemplate(value: unknown, isTemplate: (text: string) => boolean): boolean {
  if (typeof value === 'string') return isTemplate(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((part) => holdsTemplate(part, isTemplate))
}

function isWithin(inner: ErrorObject, outer: ErrorObject): boolean {
  return (
    inner !== outer &&
    inner.schemaPath.startsWith(`${outer.schemaPath}/`) &&
    `${inner.instancePath}/`.startsWith(`${outer.instancePath}/`)
  )
}
