import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileExpression } from '../../../engine/expressions/expression.ts'
import { thrownBy } from '../thrown-by.ts'

const payload = { data: { n: 42 } }

describe('any expression', () => {
  it('of arithmetic gives what JavaScript gives', () => {
    const { sum } = fc.letrec<{ sum: string }>((tie) => ({
      sum: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e6 }).map(String),
        fc.constantFrom('true', 'false', 'null', 'undefined', '"7"', '""', "'a'"),
        fc
          .tuple(tie('sum'), fc.constantFrom('+', '-', '*', '/', '%', '<', '>=', '==', '!==', '&&', '||'), tie('sum'))
          .map((parts) => parts.join(' ')),
        tie('sum').map((inner) => `(${inner})`),
        tie('sum').map((inner) => `(!(${inner}))`),
        tie('sum').map((inner) => `(-(${inner}))`),
        tie('sum').map((inner) => `(${inner}) ^ 2`),
      ),
    }))
    fc.assert(
      fc.property(sum, (source) => {
        const reference: unknown = new Function(`return ${source.replaceAll('^', '**')}`)()
        expect(compileExpression(source).evaluate(payload)).toEqual(reference)
      }),
      { numRuns: 2000 },
    )
  })

  it('compiles or throws a TextSyntaxError that points into it', () => {
    const pieces = [
      '<<',
      '>>',
      '{{',
      '}}',
      'data.n',
      'upper',
      '(',
      ')',
      ',',
      '"',
      "'",
      '\\',
      '1',
      '.5',
      '1e',
      '+',
      '-',
      '^',
      '!',
      '=',
      '==',
      '===',
      '&',
      '&&',
      '||',
      '<',
      '>',
      '%',
      'max',
      'PI',
      ' ',
      '\n',
      '#if',
      'é',
      '\0',
      '[',
      ']',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 15 }), (parts) => {
        const source = parts.join('')
        try {
          compileExpression(source).evaluate(payload)
        } catch (error) {
          expect(error).toMatchObject({ name: 'TextSyntaxError' })
          const { place } = thrownBy(() => compileExpression(source))
          expect(place.offset).toBeGreaterThanOrEqual(0)
          expect(place.offset).toBeLessThanOrEqual(source.length)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
