import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Document, Scalar } from 'yaml'
import { parseYaml } from '../../../engine/source/yaml-document.ts'

const words = fc.array(
  fc.constantFrom(
    '<< a >>',
    '{{ b.c }}',
    '<<x>>',
    'text',
    'é',
    '😀',
    ' ',
    '  ',
    '\n',
    '\n\n',
    "it's",
    '"',
    '\\',
    '\t',
    ': ',
    ' #',
    '\u00a0',
    '\u0085',
    '\u2028',
    '-',
    'a\u0301',
  ),
  { minLength: 1, maxLength: 12 },
)
const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const

/** As the library writes it, folded at a width that breaks most texts into lines. */
function written(text: string, type: Scalar.Type, isInFlow: boolean): string {
  const scalar = new Scalar(text)
  scalar.type = type
  const document = new Document({ outer: { before: 1, value: null } })
  document.setIn(['outer', 'value'], scalar)
  if (isInFlow) document.set('outer', Object.assign(document.createNode({ value: null }), { flow: true }))
  if (isInFlow) document.setIn(['outer', 'value'], scalar)
  return document.toString({ lineWidth: 24, minContentWidth: 0 })
}

test.each(styles)('a character of a %s scalar is found where it stands in the source', (type) => {
  fc.assert(
    fc.property(words, fc.boolean(), fc.boolean(), (parts, isInFlow, isCrlf) => {
      const text = parts.join('')
      const yaml = written(text, type, isInFlow)
      const source = isCrlf ? yaml.replaceAll('\n', '\r\n') : yaml
      const lines = source.split('\n')
      const document = parseYaml({ file: 'f', text: source })
      if (document.value === undefined) return
      const value = (document.value as { outer: { value: unknown } }).outer.value
      if (typeof value !== 'string') return
      for (const [offset, character] of [...value.split('').entries()]) {
        if (!/[<>{}\w.é]/.test(character)) continue
        const { line, column } = document.locate(['outer', 'value'], { offset })
        expect(lines[line - 1]?.[column - 1]).toBe(character)
      }
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['plain', 'a: x << y >>', 2, '1:6'],
  ['plain over lines', 'a: x\n   y << z >>', 4, '2:6'],
  ['single quotes', "a: 'it''s << y >>'", 5, '1:11'],
  ['double quotes', 'a: "\\u0041\\n\\x42 << y >>"', 4, '1:18'],
  ['double quotes over lines', 'a: "x \\\n  y\n  << z >>"', 4, '3:3'],
  ['an escape for two characters', 'a: "\\U0001F600<< y >>"', 2, '1:15'],
  ['escaped white space', 'a: "\\t\\u00a0\\_<< y >>"', 3, '1:15'],
  ['a literal', 'a: |\n  x\n\n  << y >>\n', 3, '4:3'],
  ['a literal with a comment and an indicator', 'a: |2- # why\n    x << y >>\n', 4, '2:7'],
  ['a folded text', 'a: >-\n  x\n  << y >>\n', 2, '3:3'],
  ['white space', 'a: x  y', 2, '1:6'],
  ['past the end', 'a: xy', 9, '1:6'],
  ['a trap that was mended', 'a: Note: << x >>', 6, '1:10'],
] as const)('%s', (_, text, offset, place) => {
  const { line, column } = parseYaml({ file: 'f', text }).locate(['a'], { offset })
  expect(`${line}:${column}`).toBe(place)
})
