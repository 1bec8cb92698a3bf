/** What `flowpot check --explain` says of a code. */
import { didYouMean } from '../engine/source/nearest-name.ts'
import { problemCodes } from '../engine/source/problem.ts'
import { callWrong } from './refusals.ts'

export interface Explanation {
  readonly code: string
  readonly meaning: string
}

/** `given` is the code as somebody typed it. Throws `CLI_CALL_WRONG` if there is no such code. */
export function explainProblem(given: string): Explanation {
  const code = given.toUpperCase()
  const meaning = new Map<string, string>(Object.entries(problemCodes)).get(code)
  if (meaning !== undefined) return { code, meaning }
  const hint = didYouMean(code, Object.keys(problemCodes)) ?? 'docs/reference/errors.md lists all codes.'
  throw callWrong({ problem: `No problem has the code ${given}.` }, { hint })
}
