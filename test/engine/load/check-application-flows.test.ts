import { expect, test } from 'vitest'
import { loadApplication } from '../../../engine/load/load-application.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'

function problemsOf(files: Record<string, string>) {
  const sources = Object.entries(files).map(([file, on]) => ({
    file,
    text: `name: ${file}\non:\n${on}\nnodes:\n  - type: reply\n`,
  }))
  const { problems } = loadApplication(sources, { nodeTypes, triggerTypes, actions: {} })
  return problems.map(({ code, file, line, column, hint, related }) => {
    const [other] = related ?? []
    return { code, at: `${file}:${line}:${column}`, hint, other: `${other?.file}:${other?.line}:${other?.column}` }
  })
}

test('a route that stands in two flows is shown at both triggers', () => {
  const files = { 'a.yaml': '  endpoint: GET /a/{b}', 'b.yaml': '  - button: x\n  - endpoint: GET /a/{c}' }
  expect(problemsOf(files)).toEqual([
    {
      code: 'FLOW_ROUTE_CONFLICT',
      at: 'b.yaml:4:5',
      hint: expect.stringContaining('put both into one flow'),
      other: 'a.yaml:3:3',
    },
  ])
})

test('of a route that stands twice in one flow, one has to go', () => {
  expect(problemsOf({ 'a.yaml': '  - endpoint: GET /a\n  - endpoint: GET /a' })).toEqual([
    { code: 'FLOW_ROUTE_CONFLICT', at: 'a.yaml:4:5', hint: 'Change or remove one of the two.', other: 'a.yaml:3:5' },
  ])
})

test('two buttons of one flow have two names; those of two flows may share one', () => {
  expect(problemsOf({ 'a.yaml': '  - button: Go\n  - button: Go', 'b.yaml': '  button: Go' })).toEqual([
    { code: 'FLOW_DUPLICATE_NAME', at: 'a.yaml:4:5', hint: 'Give one of the two another name.', other: 'a.yaml:3:5' },
  ])
})
