import { expect, test } from 'vitest'
import { workflowTrigger } from '../../../nodes/output/workflow-trigger.ts'
import { problemsOf, runNode } from '../run-node.ts'

const start = (yaml: string, data: object = {}) =>
  runNode({ yaml: `type: workflow-trigger\n${yaml}`, payload: { data }, buttons: { water: 'Go' } })

test.each<[string, unknown]>([
  ['', {}],
  ['data: << data.gone >>', {}],
  ['data: << data.v >>', [1, { a: null }]],
  ['data: { a: << data.v.0 >>, b: << data.gone >> }', { a: 1 }],
  ['data: ""', ''],
])('hands in %j as %j', async (field, data) => {
  const { sent, error } = await start(`flow: water\nbutton: Go\n${field}`, { v: [1, { a: null }] })
  expect(error).toBeUndefined()
  expect(sent).toEqual([{ flow: 'water', button: 'Go', data, by: 'example', depth: 0 }])
})

test.each([
  ['', 'There is no flow ""'],
  ['Water', 'There is no flow "Water"'],
  ['../water', 'There is no flow "../water"'],
  ['__proto__', 'There is no flow "__proto__"'],
  ['example', 'The flow example has no button "Go"'],
])('fails where a payload names the flow %j', async (flow, message) => {
  const { sent, error } = await start('flow: << data.flow >>\nbutton: Go', { flow })
  expect(String(error)).toContain(message)
  expect(sent).toEqual([])
})

test.each<[string, unknown, number]>([
  ['after', 1.5, 1_700_000_001_500],
  ['after', '60', 1_700_000_060_000],
  ['after', 0, 1_700_000_000_000],
  ['at', '2026-03-01T06:00:00Z', Date.UTC(2026, 2, 1, 6)],
  ['at', 1_800_000_000_000, 1_800_000_000_000],
])('starts it later where it says %s: %j', async (field, v, dueAt) => {
  const { sent } = await start(`flow: water\nbutton: Go\n${field}: << data.v >>`, { v })
  expect(sent).toMatchObject([{ dueAt }])
})

test.each<[string, unknown, string]>([
  ['after', undefined, 'after is missing'],
  ['after', -1, 'from 0 to'],
  ['after', 1e12, 'from 0 to'],
  ['after', 'soon', 'number'],
  ['at', undefined, 'at is not a date'],
  ['at', 'tomorrow', 'at is not a date'],
  ['at', {}, 'at is not a date'],
  ['at', 1e300, 'at is not a date'],
])('starts nothing where %s is %j', async (field, v, message) => {
  const { sent, error } = await start(`flow: water\nbutton: Go\n${field}: << data.v >>`, { v })
  expect(String(error)).toContain(message)
  expect(sent).toEqual([])
})

test('does not repeat a name of any length', async () => {
  const { error } = await start('flow: << data.flow >>\nbutton: Go', { flow: 'x'.repeat(1_000_000) })
  expect(String(error).length).toBeLessThan(500)
})

test.each([
  ['flow: example', 'FLOW_MISSING_FIELD'],
  ['button: example', 'FLOW_MISSING_FIELD'],
  ['flow: [ example ]\nbutton: example', 'FLOW_WRONG_TYPE'],
  ['flow: example\nbutton: example\nresult: __proto__.a', 'FLOW_UNSAFE_PATH'],
  ['flow: example\nbutton: example\nafter: 5\nat: 2026-03-01', 'FLOW_UNKNOWN_FIELD'],
  ['flow: example\nbutton: example\nafter: -5', 'FLOW_WRONG_TYPE'],
  ['flow: example\nbutton: example\nat: tomorrow', 'FLOW_WRONG_TYPE'],
  ['flow: example\nbutton: example\nat: [ 2026-03-01 ]', 'FLOW_WRONG_TYPE'],
  ['flow: ""\nbutton: example', 'FLOW_UNKNOWN_BUTTON'],
])('does not load with %j', (yaml, code) => {
  expect(problemsOf(`type: workflow-trigger\n${yaml}`).map((problem) => problem.code)).toEqual([code])
})

test("Losant's WorkflowTriggerNode becomes one, if it starts the flow at once", () => {
  const named = { triggerWorkflowId: 'water', flowVersionTemplate: 'develop', triggerVirtualButtonId: 'Go' }
  const translate = (config: object) => workflowTrigger.losant?.translate?.({ ...named, ...config })
  const target = { flow: 'water', button: 'Go' }
  expect(translate({})).toEqual(target)
  expect(translate({ behavior: 'immediate', payloadTemplate: '', resultPath: '' })).toEqual(target)
  expect(
    translate({ payloadTemplateType: 'json', payloadTemplate: '{ "a": {{data.a}} }', resultPath: 'data.r' }),
  ).toEqual({ ...target, data: { a: '{{data.a}}' }, result: 'data.r' })
  expect(translate({ payloadTemplateType: 'path', payloadTemplate: 'data.a' })).toEqual({
    ...target,
    data: '{{data.a}}',
  })
  expect(translate({ payloadTemplateType: 'string', payloadTemplate: 'a {{data.a}}' })).toEqual({
    ...target,
    data: 'a {{data.a}}',
  })
  expect(translate({ behavior: 'schedule', scheduling: 'relative', secondsTemplate: '300' })).toEqual({
    ...target,
    after: 300,
  })
  expect(translate({ behavior: 'schedule', secondsTemplate: '{{data.s}}' })).toEqual({ ...target, after: '{{data.s}}' })
  expect(
    translate({ behavior: 'schedule', scheduling: 'absolute', dateTemplate: '{{data.d}}', secondsTemplate: '' }),
  ).toEqual({ ...target, at: '{{data.d}}' })
  expect(() => translate({ behavior: 'cancel' })).toThrow('no counterpart')
})
