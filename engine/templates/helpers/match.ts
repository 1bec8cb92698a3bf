/**
 * `#match text pattern`. JavaScript's regular expressions backtrack, so some patterns take forever on some texts. A pattern
 * in the flow is its author's. One from the payload may be hostile, so it is only accepted if it matches in a bounded
 * number of steps.
 */
import { defineError } from '../../../contracts/errors.ts'
import { isObject, toText } from '../../values/coerce.ts'
import type { ConditionHelper } from '../helper.ts'

const maxPatternLength = 200
/** They take about a tenth of a second. */
const maxSteps = 10_000_000

export const matchRefused = defineError<{ why: string }>(
  'FLOW_MATCH_REFUSED',
  500,
  ({ why }) => `The helper "match" was given a pattern by the payload, and ${why}.`,
)

export const match: ConditionHelper = {
  arity: 2,
  test: ([value, pattern]) => {
    // A client may have sent a map or a list instead of a pattern.
    if (isObject(pattern)) return false
    const text = toText(value)
    return guardedPattern(toText(pattern), text.length).test(text)
  },
  specialize: ([, pattern]) => {
    if (typeof pattern !== 'string') return match.test
    const regExp = compilePattern(pattern)
    if (!regExp) throw new Error(`"${pattern}" is not a regular expression.`)
    return ([value]) => regExp.test(toText(value))
  },
}

/**
 * The number of steps is at most the number of places to begin at, times the length of the text for each repetition, times two
 * for each choice. That only holds if the pattern repeats no group and has no back reference.
 */
function guardedPattern(pattern: string, textLength: number): RegExp {
  if (pattern.length > maxPatternLength) throw matchRefused({ why: `it has more than ${maxPatternLength} characters` })
  const bare = pattern.replace(/\\[^1-9k]/g, 'x').replace(/\[[^\]]*\]/g, 'x')
  const repetitions = bare.match(/[*+{]/g)?.length ?? 0
  const choices = bare.match(/\||[^*+?}(]\?/g)?.length ?? 0
  const steps = (textLength + 1) ** (1 + repetitions) * 2 ** choices
  if (steps > maxSteps || /\)[*+?{]|\\/.test(bare)) {
    throw matchRefused({ why: 'it could take too long to match; such a pattern belongs in the flow' })
  }
  const regExp = compilePattern(pattern)
  if (!regExp) throw matchRefused({ why: 'it is not a regular expression' })
  return regExp
}

function compilePattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern)
  } catch {
    return undefined
  }
}
