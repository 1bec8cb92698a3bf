import { describe, expect, test } from 'vitest'
import { base64Decode } from '../../../nodes/logic/base64-decode.ts'
import { base64Encode } from '../../../nodes/logic/base64-encode.ts'
import { problemsOf, runNode } from '../run-node.ts'

const encode = 'type: base64-encode\nsource: << data.v >>\nresult: data.r'
const decode = 'type: base64-decode\nsource: << data.v >>\nresult: data.r'

test.each<[unknown, string]>([
  ['My string', 'TXkgc3RyaW5n'],
  ['🪴', '8J+qtA=='],
  ['', ''],
  [[0, 255, 16], 'AP8Q'],
  [[], ''],
])('base64-encode writes %j as %s', async (v, expected) => {
  const { payload, error } = await runNode({ yaml: encode, payload: { data: { v } } })
  expect(error).toBeUndefined()
  expect(payload.data).toEqual({ v, r: expected })
})

test.each<[unknown, string]>([
  [undefined, 'is missing'],
  [null, 'does not fit'],
  [5, 'does not fit'],
  [{ length: 1e9 }, 'does not fit'],
  [[256], 'does not fit'],
  [[1.5], 'does not fit'],
  [['a'], 'does not fit'],
])('base64-encode of %j fails the run', async (v, message) => {
  expect(String((await runNode({ yaml: encode, payload: { data: { v } } })).error)).toContain(message)
})

describe('base64-decode', () => {
  test.each<[string, string, unknown]>([
    ['TXkgc3RyaW5n', 'text', 'My string'],
    ['8J+qtA==', 'text', '🪴'],
    ['8J-qtA', 'text', '🪴'],
    ['TXkg\r\nc3Ry\naW5n\n', 'text', 'My string'],
    ['', 'text', ''],
    ['AP8Q', 'bytes', [0, 255, 16]],
    ['', 'bytes', []],
  ])('reads %j as %s', async (v, as, expected) => {
    const { payload, output } = await runNode({ yaml: `${decode}\nas: ${as}`, payload: { data: { v } } })
    expect(output).toBe('then')
    expect(payload.data).toEqual({ v, r: expected })
  })

  test.each<[unknown, string]>([
    [undefined, 'source is missing.'],
    [['AP8Q'], 'source must be a text, not a list.'],
    ['no base64', 'source is not Base64.'],
    ['AP8Q=AP8Q', 'source is not Base64.'],
    ['AP8QA', 'source is not Base64.'],
    ['=', 'source is not Base64.'],
    ['AP8Q==', 'source is not Base64.'],
    ['AP8=\nAP8=', 'source is not Base64.'],
    ['/w==', 'are not UTF-8'],
  ])('takes else for %j', async (v, message) => {
    const { payload, output, error } = await runNode({ yaml: `${decode}\nelse: end`, payload: { data: { v } } })
    expect([output, error]).toEqual(['else', undefined])
    expect(payload.data).toEqual({ v, r: { error: { message: expect.stringContaining(message) } } })
    expect(String((await runNode({ yaml: decode, payload: { data: { v } } })).error)).toContain(message)
  })

  test('does not load with a form that there is none of', () => {
    expect(problemsOf(`${decode}\nas: byte`).map(({ code, hint }) => [code, hint])).toEqual([
      ['FLOW_WRONG_TYPE', 'Did you mean "bytes"?'],
    ])
  })
})

test('are made of the nodes of an export', () => {
  const paths = { source: 'data.a', destination: 'data.b' }
  const common = { source: '{{data.a}}', result: 'data.b' }
  expect(base64Encode.losant?.translate?.(paths)).toEqual(common)
  expect(base64Decode.losant?.translate?.(paths)).toEqual({ ...common, as: 'bytes' })
  expect(base64Decode.losant?.translate?.({ ...paths, stringOutput: true })).toEqual({ ...common, as: 'text' })
})
