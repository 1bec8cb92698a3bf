/**
 * Picks the errors that matter from those of a validator. If a value may have one of several forms, the validator reports why it
 * is none of them; the author only wants to know what is wrong with the form that was meant.
 */
import type { ErrorObject } from 'ajv'

/** Whether a value contains a template. */
export type HasTemplate = (value: unknown) => boolean

const alternatives: ReadonlySet<string> = new Set(['anyOf', 'oneOf'])
/** Keywords that say that the value has another kind altogether. */
const kinds: ReadonlySet<string> = new Set(['type', 'const', 'enum'])
/** Keywords that judge a value as a whole. With a template anywhere in the value, it is not known whether they hold. */
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

/** The errors to report; none if a template is in the place of the expected value. */
export function decisiveErrors(errors: readonly ErrorObject[], hasTemplate: HasTemplate): readonly ErrorObject[] {
  const branching = errors.filter((error) => alternatives.has(error.keyword))
  const isInBranch = (error: ErrorObject) => branching.some((outer) => isWithin(error, outer))
  return errors.filter((error) => !isInBranch(error)).flatMap((error) => decide(error, errors, hasTemplate))
}

function decide(error: ErrorObject, errors: readonly ErrorObject[], hasTemplate: HasTemplate): readonly ErrorObject[] {
  if (standsForAny(error, hasTemplate)) return []
  if (!alternatives.has(error.keyword)) return [error]
  const within = errors.filter((inner) => isWithin(inner, error))
  if (within.length === 0) return judgeWhole(error, hasTemplate)
  const branches = new Map<string, ErrorObject[]>()
  for (const inner of within) {
    const branch = inner.schemaPath.slice(error.schemaPath.length + 1).split('/', 1)[0] ?? ''
    branches.set(branch, [...(branches.get(branch) ?? []), inner])
  }
  const decided = [...branches.values()].map((branch) => ({
    errors: decisiveErrors(branch, hasTemplate),
    isOfKind: !branch.some((inner) => kinds.has(inner.keyword) && isAboutKind(inner, error)),
  }))
  // Apart from its templates, the value has one of the expected forms.
  if (decided.some((branch) => branch.errors.length === 0)) return []
  const likely = decided.filter((branch) => branch.isOfKind).sort((a, b) => a.errors.length - b.errors.length)
  const [best, second] = likely
  const isClear = best !== undefined && (second === undefined || best.errors.length < second.errors.length)
  return isClear ? best.errors : [error]
}

/** Includes a property that must be one certain string, as it is used to tell several objects apart. */
function isAboutKind(inner: ErrorObject, outer: ErrorObject): boolean {
  if (inner.instancePath === outer.instancePath) return true
  const below = inner.instancePath.slice(outer.instancePath.length + 1)
  return inner.keyword === 'const' && !below.includes('/')
}

function standsForAny(error: ErrorObject, hasTemplate: HasTemplate): boolean {
  if (typeof error.data === 'string' && hasTemplate(error.data)) return true
  return (
    judgesWhole.has(error.keyword) && !alternatives.has(error.keyword) && judgeWhole(error, hasTemplate).length === 0
  )
}

function judgeWhole(error: ErrorObject, hasTemplate: HasTemplate): readonly ErrorObject[] {
  return hasTemplate(error.data) ? [] : [error]
}

function isWithin(inner: ErrorObject, outer: ErrorObject): boolean {
  return (
    inner !== outer &&
    inner.schemaPath.startsWith(`${outer.schemaPath}/`) &&
    `${inner.instancePath}/`.startsWith(`${outer.instancePath}/`)
  )
}
