import { expect, it } from 'vitest'
import { problemCodes } from '../../engine/source/problem.ts'
import { explainProblem } from '../../workbench/explain-problem.ts'

it('explains every code, however it is typed', () => {
  for (const [code, meaning] of Object.entries(problemCodes)) {
    expect(explainProblem(code.toLowerCase())).toEqual({ code, meaning })
  }
})

it('names the code that was probably meant, or the page of all codes', () => {
  expect(() => explainProblem('FLOW_CYCEL')).toThrow(
    expect.objectContaining({ code: 'CLI_CALL_WRONG', hint: 'Did you mean "FLOW_CYCLE"?' }),
  )
  expect(() => explainProblem('constructor')).toThrow(
    expect.objectContaining({ hint: 'docs/reference/errors.md lists all codes.' }),
  )
})
