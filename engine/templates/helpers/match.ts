/**
 * `#match text pattern`. JavaScript's regular expressions backtrack: some patterns take for ever on some texts. A pattern
 * in the flow is its author's; one that comes with the payload may be hostile, and is kept to what is matched
 * in a bounded number of steps.
 */

import { defineError } from '../../../contracts/errors.ts'
import { isObject, toText } from '../../values/coerce.ts'
import type { ConditionHelper } from '../helper.ts'

const maxPatternLength = 200
/** About a tenth of a second. */
const maxSteps = 10_000_000

export const matchRefused = defineError<{ why: string }>(
  'FLOW_MATCH_REFUSED',
  500,
  ({ why }) => `The helper "match" was given a pattern by the payload, and ${why}.`,
)

export const match: ConditionHelper = {
  arity: 2,
  test: ([value, pattern]) => {
    // A map or a list that a client sent in place of a pattern is none.
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
 * Steps are at most the places to begin at, times the length of the text for each repetition, times two for each choice.
 * That holds as long as no group is repeated and no back reference stands in the pattern.
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
