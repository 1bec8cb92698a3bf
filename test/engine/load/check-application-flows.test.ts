import { describe, expect, test } from 'vitest'
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

describe('a node that starts a flow', () => {
  const starter = (flow: string, button: string) =>
    `name: a\non: { button: Start }\nnodes:\n  - type: workflow-trigger\n    flow: ${flow}\n    button: ${button}\n`
  const clean = 'name: b\non: [ { button: Clean up }, { button: Tidy } ]\nnodes: [ { type: debug } ]\n'
  const problems = (flow: string, button: string, cleanUp = clean) => {
    const sources = [
      { file: 'a.yaml', text: starter(flow, button) },
      { file: 'clean-up.yaml', text: cleanUp },
    ]
    return loadApplication(sources, { nodeTypes, triggerTypes, actions: {} }).problems
  }

  test.each([
    ['clean-up', 'Clean up'],
    ['clean-up', 'Tidy'],
    ['a', 'Start'],
    ['<< data.flow >>', 'Go'],
    ['clean-up', 'Clean << data.what >>'],
  ])('may name the flow %s and its button %s', (flow, button) => {
    expect(problems(flow, button)).toEqual([])
  })

  test.each([
    ['cleanup', 'Clean up', 5, 'There is no flow "cleanup".', 'Did you mean "clean-up"?'],
    ['cleanup', '<< data.button >>', 5, 'There is no flow "cleanup".', 'Did you mean "clean-up"?'],
    [
      'clean-up.yaml',
      'Clean up',
      5,
      'There is no flow "clean-up.yaml".',
      'A flow is named by its file, without .yaml.',
    ],
    ['clean-up', 'Cleanup', 6, 'The flow clean-up has no button "Cleanup".', 'Did you mean "Clean up"?'],
    ['clean-up', 'Wash', 6, 'The flow clean-up has no button "Wash".', 'It has "Clean up", "Tidy".'],
  ])('is told that there is no %s with a button %s', (flow, button, line, message, hint) => {
    const found = { code: 'FLOW_UNKNOWN_BUTTON', severity: 'error', file: 'a.yaml', line, message, hint }
    expect(problems(flow, button)).toEqual([expect.objectContaining(found)])
  })

  test('is told of a flow without a button', () => {
    const [problem] = problems(
      'clean-up',
      'Tidy',
      'name: b\non: { timer: { seconds: 5 } }\nnodes: [ { type: debug } ]\n',
    )
    expect(problem).toMatchObject({ line: 6, hint: 'Give clean-up a trigger "button: NAME".' })
  })

  test('is not blamed for what is wrong with the other flow', () => {
    const wrong = clean.replace('debug', 'debugg')
    expect(problems('clean-up', 'Go', wrong).map(({ code }) => code)).toEqual(['FLOW_UNKNOWN_NODE'])
  })
})
