import { describe, expect, test } from 'vitest'
import { mqtt } from '../../../nodes/output/mqtt.ts'
import { problemsOf, runNode } from '../run-node.ts'

const publish = (yaml: string, data: object = {}) => runNode({ yaml: `type: mqtt\n${yaml}`, payload: { data } })

describe('an mqtt node', () => {
  test.each<[unknown, string]>([
    ['text "as it is"', 'text "as it is"'],
    [{ a: '"' }, '{"a":"\\""}'],
    [[1], '[1]'],
    [5, '5'],
    [null, ''],
    [undefined, ''],
  ])('sends %j as %s', async (v, message) => {
    expect((await publish('topic: a/b\nmessage: << data.v >>', { v })).sent).toEqual([{ topic: 'a/b', message }])
  })

  test('sends an empty message where none is given', async () => {
    expect((await publish('topic: a')).sent).toEqual([{ topic: 'a', message: '' }])
  })

  test.each([
    ['', 'is empty'],
    ['a/+', 'wildcard'],
    ['a/#', 'wildcard'],
    ['a\0b', 'NUL'],
    ['$SYS/broker', 'belongs to the broker'],
    ['losant/5f1c2d3e4f5a6b7c8d9e0f1a/state', 'belongs to the platform'],
    ['losant/5f1c2d3e4f5a6b7c8d9e0f1a/command', 'device-command'],
    ['losantevil', 'belongs to the platform'],
    ['x'.repeat(65_536), 'longer than 65535 bytes'],
  ])('refuses the topic %j that a payload gave', async (v, message) => {
    const { sent, error } = await publish('topic: << data.v >>', { v })
    expect(String(error)).toContain(message)
    expect(String(error).length).toBeLessThan(500)
    expect(sent).toEqual([])
  })

  test('refuses a message that is larger than what devices may send', async () => {
    const { sent, error } = await publish('topic: a\nmessage: << data.v >>', { v: 'ü'.repeat(131_073) })
    expect(String(error)).toContain('larger than 262144 bytes')
    expect(sent).toEqual([])
  })
})

test.each([
  ['a/+/b', 'wildcard'],
  ['a/<< data.id >>/#', 'wildcard'],
  ['$SYS', 'belongs to the broker'],
  ['losant/<< data.id >>/command', 'belongs to the platform'],
])('An mqtt node with the topic %s does not load', (topic, message) => {
  const problems = problemsOf(`type: mqtt\ntopic: "${topic}"`)
  expect(problems.map((problem) => problem.code)).toEqual(['FLOW_WRONG_TYPE'])
  expect(problems[0]?.message).toContain(message)
})

test("Losant's MqttMessageNode becomes an mqtt node, if it is for the own broker", () => {
  const translate = (config: object) => mqtt.losant?.translate?.({ topicTemplate: 'a/{{data.id}}', ...config })
  expect(translate({ integrationId: 'losant', messageTemplate: '{{data.m}}' })).toEqual({
    topic: 'a/{{data.id}}',
    message: '{{data.m}}',
  })
  expect(translate({ messageTemplate: '' })).toEqual({ topic: 'a/{{data.id}}' })
  expect(() => translate({ integrationId: '5f1c2d3e4f5a6b7c8d9e0f1a' })).toThrow('no counterpart')
})
