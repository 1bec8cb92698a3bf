import { describe, expect, test } from 'vitest'
import { FlowpotError } from '../../../contracts/errors.ts'
import { email } from '../../../nodes/output/email.ts'
import { problemsOf, runNode } from '../run-node.ts'

const send = (yaml: string, data: object = {}) => runNode({ yaml: `type: email\n${yaml}`, payload: { data } })

describe('an email node', () => {
  test('says what it is given, and only that', async () => {
    const { sent } = await send('to: ada@lom.example\nsubject: |\n  Dry\ntext: Water it.')
    expect(sent).toEqual([{ to: ['ada@lom.example'], cc: [], bcc: [], replyTo: [], subject: 'Dry', text: 'Water it.' }])
  })

  test('takes addresses as one, as a list, or as a template of either', async () => {
    const { sent } = await send(
      'lists: true\nto: << data.to >>\ncc: [ << data.cc >>, c@lom.example ]\nbcc: << data.bcc >>\nsubject: x\ntext: x',
      { to: ['a@lom.example', 'b@lom.example'], cc: 'd@lom.example' },
    )
    expect(sent).toMatchObject([
      { to: ['a@lom.example', 'b@lom.example'], cc: ['d@lom.example', 'c@lom.example'], bcc: [] },
    ])
  })

  test('leaves out addresses of nobody, with lists and without', async () => {
    for (const lists of [true, false]) {
      const { sent } = await send(`lists: ${lists}\nto: a@lom.example\ncc: << data.cc >>\nsubject: x\ntext: x`)
      expect(sent).toMatchObject([{ to: ['a@lom.example'], cc: [] }])
    }
  })

  test('escapes HTML in html alone', async () => {
    const v = '<script>"'
    const { sent } = await send(
      'to: a@lom.example\nsubject: << data.v >>\ntext: << data.v >>\nhtml: <p><< data.v >> <<< data.v >>></p>',
      { v },
    )
    expect(sent).toMatchObject([{ subject: v, text: v, html: `<p>&lt;script&gt;&quot; ${v}</p>` }])
  })

  test.each<[string, object]>([
    ['to: << data.v >>', {}],
    ['to: << data.v >>', { v: ['a@lom.example', 'evil@lom.example'] }],
    ['to: a@lom.example\nbcc: << data.v >>', { v: ['a@lom.example'] }],
    ['lists: false\nto: << data.v >>', { v: ['a@lom.example'] }],
    ['to: << data.v >>', { v: 5 }],
    ['to: << data.v >>', { v: { address: 'a@lom.example' } }],
    ['to: [ << data.v >> ]', {}],
    ['to: [ << data.v >> ]', { v: ['a@lom.example'] }],
    ['to: a@lom.example\nfrom: << data.v >>', { v: ['a@lom.example'] }],
  ])('fails the run, and sends nothing, where %j is given %j', async (yaml, data) => {
    const { sent, error } = await send(`${yaml}\nsubject: x\ntext: x\nelse: end`, data)
    expect(error).toBeDefined()
    expect(sent).toEqual([])
  })

  test('takes else where the mail cannot be sent, and without one fails', async () => {
    const services = {
      mail: async (): Promise<never> => {
        throw new FlowpotError('MAIL_NOT_SENT', 500, 'The mail was not sent.')
      },
    }
    const yaml = 'type: email\nto: a@lom.example\nsubject: x\ntext: x\nresult: data.mail'
    const handled = await runNode({ yaml: `${yaml}\nelse: end`, payload: {}, services })
    expect([handled.output, handled.payload.data]).toEqual([
      'else',
      { mail: { error: { type: 'MAIL_NOT_SENT', message: 'The mail was not sent.' } } },
    ])
    expect(String((await runNode({ yaml, payload: {}, services })).error)).toContain('The mail was not sent.')
  })
})

test.each([
  ['to: ada\ntext: x', 'FLOW_WRONG_TYPE', '"ada" is not a single e-mail address'],
  ['to: [ a@lom.example, "b@lom.example, c@lom.example" ]\ntext: x', 'FLOW_WRONG_TYPE', 'not a single e-mail address'],
  ['to: a@lom.example\nfrom: Lōm\ntext: x', 'FLOW_WRONG_TYPE', '"Lōm" is not a single'],
  ['to: a@lom.example', 'FLOW_MISSING_FIELD', 'The mail has no content'],
  ['text: x', 'FLOW_MISSING_FIELD', 'to'],
  ['to: a@lom.example\ntext: x\nbody: x', 'FLOW_UNKNOWN_FIELD', 'body'],
])('An email node with %j does not load: %s', (yaml, code, message) => {
  const problems = problemsOf(`type: email\nsubject: x\n${yaml}`)
  expect(problems.map((problem) => problem.code)).toEqual([code])
  expect(problems[0]?.message).toContain(message)
})

test("Losant's StructureEmailNode becomes an email node", () => {
  const config = { toAddresses: ['{{data.to}}'], subjectTemplate: 'Hi', bodyTemplate: '<p>{{data.x}}</p>' }
  expect(email.losant?.translate?.({ ...config, fromTemplate: '', resultPath: 'working.r' })).toEqual({
    to: ['{{data.to}}'],
    subject: 'Hi',
    html: '<p>{{data.x}}</p>',
    result: 'working.r',
  })
  expect(email.losant?.translate?.({ ...config, fromTemplate: 'a@lom.example', resultPath: '' })).toEqual({
    to: ['{{data.to}}'],
    from: 'a@lom.example',
    subject: 'Hi',
    html: '<p>{{data.x}}</p>',
  })
})
