import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../engine/source/yaml-document.ts'

const read = (text: string) => parseYaml({ file: 'flow.yaml', text })

describe('a file that cannot be read is a problem, with its place', () => {
  test.each([
    ['an empty file', '', '1:1', /empty/],
    ['a file of white space', ' \n\n', '1:1', /empty/],
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1', /tab/],
    ['two documents', '---\na: 1\n---\nb: 2\n', '3:1', /second document/],
    ['a NUL byte', 'a: 1\nb: x\u0000y\n', '2:5', /U\+0000/],
    ['bytes that are no UTF-8', 'a: \uFFFD\uFFFD', '1:4', /U\+FFFD/],
    ['a bracket that is not closed', 'a: [1, 2\nb: << x >>\n', '1:4', /never closed/],
    ['a list as a key', '? [a]\n: b\n', '1:3', /key is a list or a map/],
    ['an alias without its anchor', 'a: 1\nb: *nope\n', '2:4', /no anchor &nope/],
    ['a value that contains itself', 'a: &a [ *a ]\n', '1:9', /contain itself/],
    ['a line that is indented too little', 'a:\n  - b\n c: 1\n', '3:1', /indented/],
    ['a key under a text', 'a: b\n c: d\n', '1:4', /map cannot begin/],
    ['a colon in a text in brackets', 'a: { b: A plant needs: a name. }\n', '1:9', /needs brackets of its own/],
    ['brackets without end', '['.repeat(50_000), '1:301', /too deep/],
    ['maps without end', '{'.repeat(50_000), '1:301', /too deep/],
    ['dashes without end', '- '.repeat(50_000), '1:600', /too deep/],
    ['5 MB', 'a: 1\n'.repeat(1_000_000), '1:1', /5000000 characters/],
    ['more aliases than a flow needs', `- &a 1\n${'- *a\n'.repeat(101)}`, '102:3', /100 aliases/],
  ])('%s', (_, text, at, message) => {
    const document = read(text)
    const [problem] = document.problems
    expect(document.problems).toHaveLength(1)
    expect(problem).toMatchObject({
      code: 'FLOW_YAML_SYNTAX',
      severity: 'error',
      message: expect.stringMatching(message),
    })
    expect(`${problem?.line}:${problem?.column}`).toBe(at)
    expect(document.value).toBeUndefined()
  })

  test('aliases that expand to a billion values', () => {
    const lines = ['- &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]']
    for (let i = 1; i < 10; i++)
      lines.push(
        `- &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      )
    const document = read(lines.join('\n'))
    expect(document.problems).toMatchObject([
      { code: 'FLOW_YAML_SYNTAX', message: expect.stringContaining('expand to too many values') },
    ])
    expect(document.value).toBeUndefined()
  })

  test('a key that stands twice, with the place of the first', () => {
    expect(read('a: 1\nb: 2\na: 3\n').problems).toMatchObject([
      {
        line: 3,
        column: 1,
        message: 'The map has the key a twice.',
        related: [{ file: 'flow.yaml', line: 1, column: 1 }],
      },
    ])
  })

  test('an unknown tag', () => {
    expect(read('a: !foo bar\n').problems).toMatchObject([
      { code: 'FLOW_YAML_TRAP', line: 1, column: 4, message: expect.stringContaining('tag') },
    ])
  })
})

describe('the value is plain data', () => {
  test('keys are texts, whatever they look like', () => {
    expect(read('200: ok\ntrue: yes\nnull: x\n').value).toEqual({ 200: 'ok', true: 'yes', null: 'x' })
  })

  test('__proto__ is a key like others and pollutes nothing', () => {
    const value = read('__proto__: { polluted: true }\na: { __proto__: 1, constructor: 2 }\n').value
    expect(Object.keys(value as object)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"a":{"__proto__":1,"constructor":2}}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a byte order mark and CRLF change nothing', () => {
    const document = read('\uFEFFa: 1\r\nb:\r\n  - x\r\n')
    expect(document.problems).toEqual([])
    expect(document.value).toEqual({ a: 1, b: ['x'] })
    expect(document.locate(['a'])).toMatchObject({ line: 1, column: 4 })
    expect(document.locate(['b', 0])).toEqual({ line: 3, column: 5, length: 1 })
  })
})

describe('locate', () => {
  const document = read(`name: Register
nodes:
  - type: reply
    status: "200"
    body: &body { id: << x >> }
  - body: *body
    empty:
    text: |
      one
      two << x >>
`)
  test.each([
    [['name'], {}, '1:7', 8],
    [['name'], { isKey: true }, '1:1', 4],
    [['nodes', 0], {}, '3:5', undefined],
    [['nodes', 0, 'status'], {}, '4:13', 5],
    [['nodes', 0, 'status'], { offset: 1 }, '4:15', undefined],
    [['nodes', 0, 'status'], { isKey: true, offset: 2 }, '4:7', undefined],
    [['nodes', 0, 'body', 'id'], {}, '5:23', 7],
    [['nodes', 1, 'body', 'id'], { offset: 3 }, '5:26', undefined],
    [['nodes', 1, 'empty'], {}, '7:5', 5],
    [['nodes', 1, 'text'], { offset: 8 }, '10:11', undefined],
    [['nodes', 0, 'absent', 'deeper'], {}, '3:5', undefined],
    [['nodes', 7], {}, '3:3', undefined],
    [['nowhere'], {}, '1:1', undefined],
    [['name', 'deeper'], {}, '1:7', 8],
    [[], {}, '1:1', undefined],
  ] as const)('%j %j stands at %s', (path, at, place, length) => {
    const found = document.locate(path, at)
    expect(`${found.line}:${found.column}`).toBe(place)
    expect(found.length).toBe(length)
  })

  test('of a file that was not read is its beginning', () => {
    expect(read('').locate(['a', 0])).toEqual({ line: 1, column: 1 })
  })
})
