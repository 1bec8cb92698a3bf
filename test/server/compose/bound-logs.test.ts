import { expect, test } from 'vitest'
import type { RunLog } from '../../../engine/application.ts'
import { boundLogs } from '../../../server/compose/bound-logs.ts'
import { RunCapture } from '../../../server/recorder/run-capture.ts'
import { load, request } from '../recorder/recorded-run.ts'

const flow = `name: Flow
on: { endpoint: POST /flow }
nodes:
  - type: loop
    over: << data.body.items >>
    item: working.item
    do:
      - { type: debug, message: "Item << working.item >>", property: working.item }
  - { type: throw, message: It was to fail. }
`

test('A run logs no more lines than its bound, besides its errors and a line that says so', async () => {
  const application = boundLogs(load(flow), 3)
  for (const [items, expected] of [
    [
      [1, 2, 3],
      ['info', 'info', 'info', 'error'],
    ],
    [
      [1, 2, 3, 4, 5, 6],
      ['info', 'info', 'info', 'warn', 'error'],
    ],
  ] as const) {
    const levels: string[] = []
    const log: RunLog = (level) => levels.push(level)
    await application.start({ ...request(application, { body: { items } }), log }).done
    expect(levels).toEqual(expected)
  }
})

test('The observers of a run hear of every line', async () => {
  const application = load(flow)
  const run = { ...request(application, { body: { items: [1, 2, 3, 4, 5] } }), log: () => undefined }
  const capture = new RunCapture(run)
  await boundLogs(application, 2).start(run, [capture]).done
  expect(capture.logs.filter(({ level }) => level === 'info')).toHaveLength(5)
})
