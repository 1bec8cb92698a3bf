import fc from 'fast-check'
import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../../engine/templates/template.ts'
import { thrownBy } from '../thrown-by.ts'
import { printable } from './printable.ts'

const payload = { data: { n: 4 } }

describe('any text', () => {
  it('without delimiters is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (source) => {
        fc.pre(!/<<|\{\{|[\uFDD0-\uFDEF]/.test(source))
        expect(compileTemplate(source)).toMatchObject({ isLiteral: true, reads: [] })
        expect(compileTemplate(source).value(payload)).toBe(source)
      }),
    )
  })

  it('compiles or throws a TextSyntaxError that points into it', () => {
    const pieces = [
      '<<',
      '>>',
      '{{',
      '}}',
      '{',
      '<',
      '}',
      '>',
      '#if',
      '/if',
      '#each',
      '/each',
      'else',
      '!',
      '--',
      '~',
      '\\',
      '"',
      "'",
      '[',
      ']',
      '(',
      ')',
      '|',
      'as |x|',
      '..',
      '/',
      '.',
      '@',
      '=',
      ' ',
      '\n',
      '\r\n',
      'data',
      'n',
      'upper',
      '0',
      '-1.5',
      'true',
      '&',
      '^',
      '>',
      '*',
      '\0',
      'é',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 25 }), (parts) => {
        const source = parts.join('')
        try {
          expect(compileTemplate(source).text(payload)).toBeTypeOf('string')
        } catch (error) {
          expect(error).toMatchObject({ name: 'TextSyntaxError' })
          const { place } = thrownBy(() => compileTemplate(source))
          expect(place.offset).toBeGreaterThanOrEqual(0)
          expect(place.offset).toBeLessThanOrEqual(source.length)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('gives what Handlebars itself gives', () => {
    const name = fc.constantFrom('a', 'b', 'list', 'deep.a', 'deep.list', 'missing', 'this')
    const { template } = fc.letrec<{ template: string; part: string }>((tie) => ({
      // Each begins with text, since Handlebars without escaping adds up numbers that stand side by side.
      template: fc.array(tie('part'), { maxLength: 4 }).map((parts) => `:${parts.join('')}`),
      part: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('text', ' ', '\n', '(', '7', '<i>'),
        name.map((path) => `{{${path}}}`),
        name.map((path) => `{{{${path}}}}`),
        fc.constantFrom('{{@index}}', '{{@key}}', '{{~ a ~}}', '{{! note }}', '{{!-- {{a}} --}}'),
        fc
          .tuple(fc.constantFrom('if', 'unless', 'each', 'with'), name, tie('template'), tie('template'))
          .map(([block, path, body, inverse]) => `{{#${block} ${path}}}${body}{{else}}${inverse}{{/${block}}}`),
        fc.tuple(name, tie('template')).map(([path, body]) => `\n  {{#if ${path}}}\n${body}\n  {{/if}}\n`),
      ),
    }))
    const values = { a: 'A&', b: 0, list: [1, 'x', { a: 2, list: [] }], deep: { a: null, list: [[], [3]] } }
    fc.assert(
      fc.property(template, fc.boolean(), (source, escapeHtml) => {
        const expected = Handlebars.compile(source, { noEscape: !escapeHtml })(printable(values))
        expect(compileTemplate(source, { escapeHtml }).text(values)).toBe(expected)
        const angled = source
          .replaceAll('{{{', '<<<')
          .replaceAll('}}}', '>>>')
          .replaceAll('{{', '<<')
          .replaceAll('}}', '>>')
        expect(compileTemplate(angled, { escapeHtml }).text(values)).toBe(expected)
      }),
      { numRuns: 1000 },
    )
  })
})
