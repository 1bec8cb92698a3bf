import { expect, test } from 'vitest'
import { loadApplication } from '../../../engine/load/load-application.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { quietServices } from '../../services.ts'

const load = (read: string) =>
  loadApplication(
    [
      {
        file: 'a.yaml',
        text: `name: a
on:
  - endpoint: GET /a
  - error: local
    then: apologise
nodes:
  - id: fail
    type: throw
    message: The tank << data.query.tank >> is empty.
  - id: apologise
    type: reply
    status: 418
    body: { told: << ${read} >>, by: << data.errorInfo.nodeId >>, tank: << data.erroredPayload.data.query.tank >> }
`,
      },
    ],
    { nodeTypes, triggerTypes, actions: {} },
  )

test('an error trigger answers the request in place of the run that threw, and knows what and where', async () => {
  const { application, problems } = load('data.errorInfo.error.message')
  expect(problems).toEqual([])
  const [trigger] = application?.endpoints ?? []
  if (!application || !trigger) throw new Error('The flow does not load.')
  const { reply } = application.start({
    trigger,
    id: 'run-1',
    applicationId: '5f0000000000000000000000',
    data: { query: { tank: 'north' }, replyId: 'a.1' },
    services: quietServices(),
    log: () => undefined,
  })
  expect(await reply).toMatchObject({
    status: 418,
    body: { told: 'The tank north is empty.', by: 'fail', tank: 'north' },
  })
})

test.each([
  ['data.errorInfo.error.massage', ['FLOW_ABSENT_PATH']],
  ['data.query.tank', ['FLOW_ABSENT_PATH']],
  ['data.replyId', []],
  ['experience.user.id', []],
])('an error trigger knows of %s', (path, codes) => {
  expect(load(path).problems.map(({ code }) => code)).toEqual(codes)
})

test.each([
  ['error: cloud', 'FLOW_WRONG_TYPE'],
  ['button: ""', 'FLOW_WRONG_TYPE'],
  ['button: 5', 'FLOW_WRONG_TYPE'],
  ['buton: a', 'FLOW_UNKNOWN_TRIGGER'],
  ['button: a\n  error: local', 'FLOW_UNKNOWN_TRIGGER'],
])('%j does not load', (on, code) => {
  const text = `name: a\non:\n  ${on}\nnodes:\n  - type: debug\n`
  const { problems } = loadApplication([{ file: 'a.yaml', text }], { nodeTypes, triggerTypes, actions: {} })
  expect(problems.map((problem) => problem.code)).toContain(code)
})
