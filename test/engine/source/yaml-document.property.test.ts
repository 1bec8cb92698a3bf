import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../engine/source/yaml-document.ts'

const read = (text: string) => parseYaml({ file: 'flow.yaml', text })

describe('whatever the text', () => {
  const sound = `name: Register device
on: { endpoint: POST /devices, access: authenticated }
nodes:
  - type: conditional
    if: << data.body.a >> && "<< data.body.b >>"
    else:
      - { type: reply, status: 400, body: { error: 'a and b' } }
  - type: reply
    body: >-
      Hello << data.body.name >>
      # and more
    headers: &h
      x: "\\u0041 {{ y }}"
  - *h
`
  const bits = [
    '<<',
    '>>',
    '{{',
    '}}',
    ': ',
    '#',
    ' #',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a ',
    '*a',
    '!t ',
    '|',
    '>',
    '\n',
    '\r\n',
    '\t',
    '  ',
    ',',
    '? ',
    '%',
    '@',
    '000',
    '---\n',
    '\\',
    '\u0000',
    '\uFEFF',
    'é',
    '😀',
  ]
  const expectSound = (text: string) => {
    const lines = text.replace(/^\uFEFF/, '').split('\n')
    const document = read(text)
    for (const { line, column, message } of document.problems) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(line).toBeLessThanOrEqual(lines.length)
      expect(column).toBeGreaterThanOrEqual(1)
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
      expect(message).not.toBe('')
    }
    if (document.value === undefined) expect(document.problems).not.toEqual([])
    else expect(() => JSON.stringify(document.value)).not.toThrow()
  }

  test('random text never throws, and every problem lies within the file', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...bits, 'a', 'b: ', ' ')).map((parts) => parts.join('')),
    )
    fc.assert(fc.property(text, expectSound), { numRuns: 400 })
  })

  test('nor does a flow that was damaged', () => {
    const damage = fc.array(fc.tuple(fc.nat(sound.length), fc.nat(8), fc.constantFrom('', ...bits)), {
      minLength: 1,
      maxLength: 4,
    })
    const damaged = damage.map((changes) =>
      changes.reduce((text, [at, length, bit]) => text.slice(0, at) + bit + text.slice(at + length), sound),
    )
    fc.assert(fc.property(damaged, expectSound), { numRuns: 400 })
  })

  test('the flow itself has no problem', () => {
    expect(read(sound).problems).toEqual([])
  })
})
