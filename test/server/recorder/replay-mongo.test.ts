/** What MongoDB gave is given again, and nothing is asked. */
import { expect, test } from 'vitest'
import { compareRuns } from '../../../server/recorder/compare-runs.ts'
import { load, recordRun, replayed } from './recorded-run.ts'

const flow = `name: Flow
on: { endpoint: POST /flow }
nodes:
  - type: mongo
    connection: garden
    collection: pots
    operation: updateOne
    filter: { _id: { $oid: << data.body.id >> } }
    update: { $set: { at: << time >> } }
    result: working.changed
  - { type: reply, status: 200, body: << working.changed >> }
`
const connections = { 'application.yaml': 'name: x\nconnections: { garden: { env: GARDEN_URL } }\n' }

test('A recorded run that changed a document replays equal', async () => {
  const application = load(flow, connections)
  let asked = 0
  const mongo = async () => {
    asked += 1
    return { matchedCount: 1, upsertedId: { $oid: '6a1c2d3e4f5a6b7c8d9e0f1b' } }
  }
  const record = await recordRun(application, { body: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' } }, { mongo })
  expect(record.outcome).toBe('ok')
  expect(JSON.stringify(record.calls)).toContain('"operation":"updateOne"')
  expect(compareRuns(record, await replayed(application, record))).toBeUndefined()
  expect(asked).toBe(1)
})
