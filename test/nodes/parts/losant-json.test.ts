import { describe, expect, it } from 'vitest'
import { valueOfJsonTemplate } from '../../../nodes/parts/losant-json.ts'

describe("a JSON template of Losant's", () => {
  it.each([
    ['{ "a": 1, "b": [true, null] }', { a: 1, b: [true, null] }],
    ['{ "a": "{{data.a}}", "b": "x {{data.b}} y" }', { a: '{{data.a}}', b: 'x {{data.b}} y' }],
    ['{ "a": {{data.a}}, "b": {{{ data.items.[0] }}} }', { a: '{{data.a}}', b: '{{data.items.[0]}}' }],
    ['[{{jsonEncode data.a}}, {{{jsonEncode data.b}}}]', ['{{data.a}}', '{{data.b}}']],
    [
      '{ "a": "{{format data.n ".2"}}", "b": "\\"{{{data.b}}}\\"" }',
      { a: '{{format data.n ".2"}}', b: '"{{{data.b}}}"' },
    ],
    ['"a \\\\"', 'a \\'],
    ['{{data.all}}', '{{data.all}}'],
  ])('is a value with templates in it: %s', (text, expected) => {
    expect(valueOfJsonTemplate(text)).toEqual(expected)
  })

  it.each([
    ['{ "a": {{add data.n 1}} }', 'more than a single value'],
    ['{ {{#if data.a}}"a": 1{{/if}} }', 'more than a single value'],
    ['[{{#each data.a}}{{jsonEncode this}},{{/each}}]', 'more than a single value'],
    ['{ "a": {{else}} }', 'more than a single value'],
    ['{ "a": {{data.a }', 'not valid JSON'],
    ['{ "a": 1', 'not valid JSON'],
    ['', 'not valid JSON'],
  ])('is refused where it is more than that: %s', (text, message) => {
    expect(() => valueOfJsonTemplate(text)).toThrow(message)
  })
})
