import { describe, expect, test } from 'vitest'
import type { ActionCatalog } from '../../../contracts/actions.ts'
import { problemsOf, runNode } from '../run-node.ts'

const actions: ActionCatalog = {
  'devices.post': {
    summary: 'Creates a device',
    params: {
      type: 'object',
      required: ['device'],
      properties: {
        device: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string' }, level: { type: 'integer' }, tags: { type: 'array' } },
        },
      },
    },
    result: { type: 'object', properties: { deviceId: { type: 'string' } }, additionalProperties: false },
  },
  'device.get': { summary: '', params: { type: 'object', properties: { deviceId: { type: 'string' } } }, result: {} },
}

const problems = (yaml: string) =>
  problemsOf(`type: api\n${yaml}`, actions).map(({ code, line, message, hint }) => ({
    code,
    line,
    text: `${message} ${hint}`,
  }))

describe('an api node that does not load', () => {
  test.each([
    ['call: device.post', 'FLOW_UNKNOWN_CALL', 5, 'devices.post'],
    ['call: constructor', 'FLOW_UNKNOWN_CALL', 5, 'no action "constructor"'],
    ['call: << data.call >>', 'FLOW_WRONG_TYPE', 5, 'no template'],
    ['call: devices.post', 'FLOW_MISSING_FIELD', 5, 'device'],
    ['call: devices.post\nwith:\n  device: { level: 1 }', 'FLOW_MISSING_FIELD', 7, 'name'],
    ['call: devices.post\nwith:\n  device:\n    name: 3', 'FLOW_WRONG_TYPE', 8, 'name'],
    ['call: devices.post\nwith:\n  device:\n    name: a\n    nmae: b', 'FLOW_UNKNOWN_FIELD', 9, 'nmae'],
    ['call: devices.post\nwith:\n  device: { name: a }\n  devise: {}', 'FLOW_UNKNOWN_FIELD', 8, 'devise'],
    ['call: devices.post\nwith: { device: { name: a, level: << data.n >>, tags: yes } }', 'FLOW_WRONG_TYPE', 6, 'tags'],
  ])('%j is %s', (yaml, code, line, text) => {
    const found = problems(`${yaml}\nelse: end`)
    expect(found.map((problem) => [problem.code, problem.line])).toEqual([[code, line]])
    expect(found[0]?.text).toContain(text)
  })

  test('knows what a call answers, on each way', () => {
    const reads = (path: string) =>
      problems(
        `call: devices.post\nwith: { device: { name: a } }\nresult: data.made\nelse:\n  - { type: debug, message: ${path}, next: end }`,
      )
    expect(reads('<< data.made.error.message >>')).toEqual([])
    expect(reads('<< data.made.error.mesage >>').map(({ code }) => code)).toEqual(['FLOW_ABSENT_PATH'])
    expect(reads('<< data.made.result.deviceId >>').map(({ code }) => code)).toEqual(['FLOW_ABSENT_PATH'])
  })
})

describe('an api node', () => {
  const yaml = `type: api
call: devices.post
with:
  device:
    name: << data.name >>
    level: << data.level >>
result: data.made
else: end`

  test('hands over values as they are, and leaves out what is missing', async () => {
    const name = '"} << data.level >> {{x}} <b>\n\\'
    const { calls } = await runNode({ yaml, actions, payload: { data: { name } }, answers: {} })
    expect(calls).toEqual([{ call: 'devices.post', params: { device: { name } } }])
  })

  test('fails where its parameters come out as no object', async () => {
    for (const params of ['text', 3, null, ['a']]) {
      const run = await runNode({
        yaml: 'type: api\ncall: device.get\nwith: << data.params >>\nelse: end',
        actions,
        payload: { data: { params } },
      })
      expect(String(run.error)).toContain('The parameters of device.get')
      expect(run.calls).toEqual([])
    }
  })

  test('calls without parameters where it is given none', async () => {
    const { calls } = await runNode({ yaml: 'type: api\ncall: device.get\nelse: end', actions, payload: { data: {} } })
    expect(calls).toEqual([{ call: 'device.get', params: {} }])
  })
})
