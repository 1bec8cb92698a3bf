/** Whatever is wrong with a flow is told at its line, and nothing of it is a crash. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../engine/source/problem.ts'
import { damagedFlow, mutations, type WrongFlow, wrongBy, wrongInSeveralPlaces } from './any-wrong-flow.ts'
import type { SoundFlow } from './flow-text.ts'
import { exampleFlows, file, generatedFlow, problemsIn, sampleFlows } from './sound-flows.ts'

/** A thousand of all kinds together. */
const runsEach = Math.ceil(1000 / mutations.length)

/** The problems of a text, each of which is fit to be shown. */
function problemsOf({ text, application }: SoundFlow): readonly Problem[] {
  const problems = problemsIn(text, application)
  const lines = text.split('\n')
  for (const problem of problems) {
    const { line, column, message, hint = '' } = problem
    expect(problem.file).toBe(file)
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
    expect(message).toMatch(/\S/)
    expect([message, hint]).toEqual([message, expect.stringMatching(/\S/)])
    for (const slip of ['undefined', '[object ', 'NaN']) {
      if (!text.includes(slip)) expect(`${message} ${hint}`).not.toContain(slip)
    }
  }
  return problems
}

function expectTold(flow: WrongFlow): void {
  const told = problemsOf(flow).map(({ line, code, severity }) => `${line} ${code} ${severity}`)
  const untold = flow.wrong.filter(({ line, codes }) => !codes.some((code) => told.includes(`${line} ${code} error`)))
  expect({ told, untold }).toEqual({ told, untold: [] })
}

describe('a sound flow', () => {
  test('has no problem, be it of the sample application or made up', () => {
    for (const { text, application } of sampleFlows) expect(problemsIn(text, application)).toEqual([])
    expect(exampleFlows.length).toBeGreaterThan(100)
    fc.assert(
      fc.property(generatedFlow, ({ text, application }) => {
        expect(problemsIn(text, application)).toEqual([])
      }),
    )
  })
})

describe('a flow that is wrong', () => {
  test.each(mutations)('has a problem at the line of $name', (mutation) => {
    fc.assert(fc.property(wrongBy(mutation), expectTold), { numRuns: runsEach })
  })

  test('in several places has a problem for each, all at once', () => {
    fc.assert(fc.property(wrongInSeveralPlaces, expectTold), { numRuns: 150 })
  })

  test('is told of and never a crash, wherever it was cut off or damaged', () => {
    fc.assert(
      fc.property(damagedFlow, (flow) => {
        problemsOf(flow)
      }),
      { numRuns: 300 },
    )
  })

  test('by aliases that expand without end has a problem that speaks of the file', () => {
    const more = Array.from({ length: 9 }, (_, n) => `b${n + 1}: &b${n + 1} [ ${`*b${n}, `.repeat(10)}]\n`)
    for (const { text, application } of sampleFlows) {
      const problems = problemsOf({ text: `b0: &b0 [ x, x, x, x ]\n${more.join('')}${text}`, application })
      expect(problems).toMatchObject([
        { code: 'FLOW_YAML_SYNTAX', line: 1, message: expect.stringMatching(/aliases .* expand/) },
      ])
    }
  })

  test('by thousands of nodes in a row has a problem at the first that is too many', () => {
    const [first] = sampleFlows
    const text = `name: F\non: { button: f }\nnodes:\n${'  - { type: debug }\n'.repeat(9000)}`
    const problems = first ? problemsOf({ text, application: first.application }) : []
    expect(problems).toMatchObject([{ code: 'FLOW_TOO_LARGE', line: 1004 }])
  })
})
