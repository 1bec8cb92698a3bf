import { expect, test } from 'vitest'
import { formatProblem } from '../../../engine/source/format-problem.ts'
import type { Problem } from '../../../engine/source/problem.ts'

const problem: Problem = {
  code: 'FLOW_UNKNOWN_FIELD',
  severity: 'error',
  file: 'flows/a.yaml',
  line: 3,
  column: 5,
  length: 6,
  message: 'There is no field statsu.',
  hint: 'Did you mean status?',
}
const text = 'one\n  two\n    statsu: 200\nfour\nfive\nsix\n'

test('a problem shows its place, two lines round it, the place under it and a hint', () => {
  expect(formatProblem(problem, text)).toBe(`flows/a.yaml:3:5  error FLOW_UNKNOWN_FIELD  There is no field statsu.
  1 | one
  2 |   two
  3 |     statsu: 200
    |     ^^^^^^
  4 | four
  5 | five
  hint: Did you mean status?`)
})

test('without the text there is no frame', () => {
  expect(formatProblem(problem, undefined)).toBe(`flows/a.yaml:3:5  error FLOW_UNKNOWN_FIELD  There is no field statsu.
  hint: Did you mean status?`)
})

test('related places follow', () => {
  const related = [{ file: 'b.yaml', line: 1, column: 2, message: 'It stands here first.' }]
  expect(formatProblem({ ...problem, related }, undefined)).toContain('\n  b.yaml:1:2  It stands here first.')
})

test('tabs before the place keep the marks under it', () => {
  expect(formatProblem({ ...problem, line: 1, column: 3, length: 1 }, '\t\tx')).toContain('  1 | \t\tx\n    | \t\t^')
})

test('line numbers of different width stand flush', () => {
  const shown = formatProblem({ ...problem, line: 9, column: 1, length: 1 }, 'x\n'.repeat(20))
  expect(shown).toContain('\n   9 | x\n     | ^\n  10 | x\n')
})

test('the marks end with the line, and show a place past its end', () => {
  expect(formatProblem({ ...problem, line: 1, column: 2, length: 99 }, 'abc')).toContain('  1 | abc\n    |  ^^\n')
  expect(formatProblem({ ...problem, line: 1, column: 4 }, 'abc')).toContain('  1 | abc\n    |    ^\n')
})

test('of a very long line the part with the place is shown', () => {
  const shown = formatProblem(
    { ...problem, line: 1, column: 5001, length: 4 },
    `${'x'.repeat(5000)}here${'y'.repeat(5000)}`,
  )
  const [, frame = '', marks = ''] = shown.split('\n')
  expect(frame.length).toBeLessThan(120)
  expect(frame.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('here')
})

test('what would steer the terminal is not passed on', () => {
  const shown = formatProblem({ ...problem, line: 1, column: 1, message: 'bad \u001b[2J' }, 'a\u001b]0;x\u0007\u202eb')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to keep out.
  expect(shown).not.toMatch(/[\u001b\u0007\u202e]/)
})

test('colours are there only when asked for', () => {
  expect(formatProblem(problem, text)).not.toContain('\u001b')
  expect(formatProblem(problem, text, { color: true })).toContain('\u001b[31merror FLOW_UNKNOWN_FIELD\u001b[0m')
})
