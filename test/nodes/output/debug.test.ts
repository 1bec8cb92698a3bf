import { expect, test } from 'vitest'
import { problemsOf, runNode } from '../run-node.ts'

test('debug logs the property, and nothing else of the payload', async () => {
  const { logs, reply } = await runNode({
    yaml: 'type: debug\nmessage: Saw << data.n >>\nproperty: data.reading\nlevel: warn',
    payload: { data: { n: 3, reading: { moisture: 0.4 }, password: 'secret' } },
  })
  expect(logs).toEqual([{ level: 'warn', message: 'Saw 3', details: { moisture: 0.4 } }])
  expect(reply).toBeUndefined()
})

test('debug logs the whole payload where it is given no property', async () => {
  const { logs } = await runNode({ yaml: 'type: debug', payload: { data: { n: 3 } } })
  expect(logs).toEqual([{ level: 'info', message: 'Debug', details: expect.objectContaining({ data: { n: 3 } }) }])
})

test('debug does not load with a level or a path that does not exist', () => {
  expect(problemsOf('type: debug\nlevel: loud').map(({ code }) => code)).toEqual(['FLOW_WRONG_TYPE'])
  expect(problemsOf('type: debug\nproperty: data.__proto__').map(({ code }) => code)).toEqual(['FLOW_UNSAFE_PATH'])
})
