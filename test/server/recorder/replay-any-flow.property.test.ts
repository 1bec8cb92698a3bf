/** Runs of flows with nodes of nearly every type, wired in every way, replay byte for byte. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareRuns } from '../../../server/recorder/compare-runs.ts'
import type { RunRecord } from '../../../server/recorder/run-record.ts'
import { exampleFlows, generatedFlow } from '../../engine/wrong-flows/sound-flows.ts'
import { livelyServices } from './lively-services.ts'
import { load, recordRun, replayed } from './recorded-run.ts'

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('1', 'YQ==', '{"a":1}'))

/** What the nodes of the examples read. */
const data = fc.record(
  {
    a: fc.double(),
    b: fc.boolean(),
    c: fc.oneof(fc.boolean(), fc.constant(null)),
    kind: fc.oneof(fc.nat(3), text),
    list: fc.oneof(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4)),
    text,
    name: text,
    seconds: fc.nat(59),
    from: fc.nat(9),
    to: fc.integer({ min: 10, max: 99 }),
    body: fc.jsonValue(),
    params: fc.record({ id: fc.constantFrom('6a1c2d3e4f5a6b7c8d9e0f1b', ''), userId: text }),
    query: fc.dictionary(fc.constantFrom('limit', 'sort', 'target'), text),
    pots: fc.array(fc.record({ name: text, moisture: fc.double() }), { maxLength: 4 }),
  },
  { requiredKeys: ['list'] },
)

const flow = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...exampleFlows) },
  { weight: 2, arbitrary: generatedFlow },
)
const delays = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 })

/** All but the times that things took. */
function bytesOf({ ms: _, visits, ...record }: RunRecord): string {
  return JSON.stringify({ ...record, visits: visits.map(({ at: _at, ms: _ms, ...visit }) => visit) })
}

test('a recorded run of any flow, with any payload, replays byte for byte', async () => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(flow, data, delays, async (flow, data, delays) => {
      const application = load(flow.text, { 'application.yaml': flow.application.text })
      const record = await recordRun(application, { ...data, replyId: 'r' }, livelyServices(delays))
      const again = await replayed(application, record)
      // A flow that computes with a secret goes on otherwise, since the record has none.
      if (record.isRedacted || record.isCut) return
      compared++
      expect(compareRuns(record, again)).toBeUndefined()
      expect(bytesOf(again)).toBe(bytesOf(record))
    }),
    { numRuns: 150 },
  )
  expect(compared).toBeGreaterThan(50)
})
