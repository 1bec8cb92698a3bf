import { describe, expect, test } from 'vitest'
import { nodeTypes } from '../../../nodes/index.ts'
import { problemsOf, runNode } from '../run-node.ts'

const indent = (script: string) => script.replace(/^(?=.)/gm, '  ')
const yamlOf = (script: string, more = '') => `type: function\n${more}script: |\n${indent(script)}`

async function run(script: string, data: unknown = {}, more = '') {
  const { payload, error, logs } = await runNode({ yaml: yamlOf(script, more), payload: { data } })
  return { payload, error, logs }
}

describe('function', () => {
  test('keeps the rest of the payload, and takes away what the script deletes', async () => {
    const { payload } = await run('delete payload.globals\npayload.data.sum = payload.data.a + 1', { a: 1 })
    expect(payload).not.toHaveProperty('globals')
    expect(payload).toMatchObject({ time: new Date(1_700_000_000_000), data: { a: 1, sum: 2 }, flowName: 'example' })
  })

  test('replaces the whole payload by what is returned', async () => {
    expect((await run('return { only: this === globalThis }')).payload).toEqual({ only: true })
  })

  test.each([
    ['payload += 1', { data: 1 }, { data: 2 }],
    ['return payload.map((n) => n << 1) // {{ no template }}', { data: [1, 2] }, { data: [2, 4] }],
    ['payload = undefined', { data: 1, other: 2 }, { other: 2 }],
  ])('gives the script what stands at its scope: %s', async (script, { data, ...rest }, expected) => {
    const { payload, error } = await run(script, { data, ...rest }, 'scope: data.data\n')
    expect(error).toBeUndefined()
    expect(payload.data).toEqual(expected)
  })

  test.each(['return 5', 'return [1]', 'return null', 'payload = "text"'])(
    'refuses as the payload: %s',
    async (script) => {
      expect(String((await run(script)).error)).toContain('as the payload, which must be a map.')
    },
  )

  test('writes console to the log of the run', async () => {
    const { logs } = await run('console.log("a", 1)\nconsole.error("b")\nthrow new Error("c")')
    expect(logs.slice(0, 2)).toEqual([
      { level: 'info', message: 'a 1', details: undefined },
      { level: 'warn', message: 'b', details: undefined },
    ])
  })

  test.each([
    ['what is thrown', 'let a\n\nthrow new TypeError("bad")', 8, 'bad'],
    ['an endless loop', 'let a = 1\nwhile (true) {\n  a++\n}', 7, 'The script took longer than 2000 ms.'],
    ['too deep a recursion', '\n\nfunction f() { return f() + 1 }\nf()', 8, 'stack overflow'],
  ])('fails the run at the line of %s', async (_, script, line, message) => {
    const { error, payload } = await run(script, { a: 1 })
    expect(String(error)).toContain(`(example.yaml:${line}): ${message}`)
    expect(payload.data).toEqual({ a: 1 })
  })

  test.each([
    ['a block scalar', yamlOf('let a = 1\nlet b = ;'), 7, 15],
    ['a plain scalar', 'type: function\nscript: return 1 +', 5, 23],
    ['a quoted one', 'type: function\nscript: "return \\"a\\" ++ 1"', 5, 21],
    ['a name declared twice', yamlOf('let payload'), 6, 11],
    ['await', yamlOf('await fetch("x")'), 6, 7],
    ['an import', yamlOf('  import fs from "fs"'), 6, 9],
    ['a body that ends before its time', yamlOf('})\n(function () {'), 6, 7],
  ])('says at load where a script cannot be parsed: %s', (_, yaml, line, column) => {
    const [problem, ...others] = problemsOf(yaml)
    expect(problem).toMatchObject({ code: 'FLOW_SCRIPT_SYNTAX', file: 'example.yaml', line, column })
    expect(others).toEqual([])
  })

  test('lets whatever comes after it read any path', () => {
    const reading = `type: function\nscript: payload.working = {}\nnext:\n  - { type: debug, message: << working.a >> << x.y >> }`
    expect(problemsOf(reading)).toEqual([])
  })

  test('is made of the node of an export', () => {
    const { losant } = nodeTypes.find(({ type }) => type === 'function') ?? {}
    expect(losant?.translate?.({ script: 'return 1', scopePath: '' })).toEqual({ script: 'return 1' })
    expect(losant?.translate?.({ script: '', scopePath: 'data.x' })).toEqual({ script: '', scope: 'data.x' })
  })
})

test.each<[string, unknown]>([
  ["new URL('/a?x=1&y=%20#h', 'https://lom.example:8443/b').href", 'https://lom.example:8443/a?x=1&y=%20#h'],
  [
    "const u = new URL('https://a.example/'); u.searchParams.append('q', 'a b&c'); u.pathname = '/ü'; return u + ''",
    'https://a.example/%C3%BC?q=a+b%26c',
  ],
  [
    "(() => { const { origin, host, port } = new URL('http://a.example:81/x'); return [origin, host, port] })()",
    ['http://a.example:81', 'a.example:81', '81'],
  ],
  ["URL.canParse('x')", false],
  [
    "[...new URLSearchParams('?a=1&b=%C3%BC+x&a=2')]",
    [
      ['a', '1'],
      ['b', 'ü x'],
      ['a', '2'],
    ],
  ],
  ["new URLSearchParams({ a: 'x y', b: 1 }).toString()", 'a=x+y&b=1'],
  ["Array.from(new TextEncoder().encode('ü\\0'))", [195, 188, 0]],
  ["new TextDecoder('iso-8859-1').decode(new Uint8Array([252, 65]))", 'üA'],
  ['new TextDecoder().decode(new Uint8Array([195, 188, 0]))', 'ü\0'],
  ["atob(btoa('a\\xff'))", 'a\xff'],
  [
    '(() => { const a = { d: [1, { e: 2 }] }; const b = structuredClone(a); b.d[1].e = 3; return [a, b] })()',
    [{ d: [1, { e: 2 }] }, { d: [1, { e: 3 }] }],
  ],
  ["Buffer.from('_-8', 'base64url').toString('hex')", 'ffef'],
  ["Buffer.from('ffef', 'hex').toString('base64url')", '_-8'],
])('a script finds what JavaScript has elsewhere: %s', async (expression, expected) => {
  const script = expression.includes('return u') ? expression : `return ${expression}`
  const { payload, error } = await runNode({
    yaml: `type: function\nscope: data.v\nscript: |\n  ${script}`,
    payload: { data: { v: 1 } },
  })
  expect(error).toBeUndefined()
  expect(payload.data).toEqual({ v: expected })
})
