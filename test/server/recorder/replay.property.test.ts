/** A recorded run of any flow runs again as it ran, in whatever order its calls were answered. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareRuns } from '../../../server/recorder/compare-runs.ts'
import { livelyServices } from './lively-services.ts'
import { load, recordRun, replayed } from './recorded-run.ts'

const start = 'name: Flow\non: { endpoint: POST /flow }\nnodes:\n'

const step = fc.oneof(
  fc.constantFrom('id', 'code', 'other').map((name) => `{ type: generate-id, result: working.${name} }`),
  fc.nat(1000).map((most) => `{ type: random-number, min: 0, max: ${most}, result: working.number }`),
  fc.constant(
    '{ type: api, call: devices.post, with: { device: { name: << data.body.name >> } }, result: working.device }',
  ),
  fc.constant(
    '{ type: api, call: device.get, with: { deviceId: 6543210fedcba9876543210f }, result: working.refused, else: [ { type: debug } ] }',
  ),
  fc.constant('{ type: debug, message: << currentDateTime >> of << working.device.result.id >> }'),
  fc
    .nat(100)
    .map((at) => `{ type: conditional, if: << data.body.count >> > ${at}, else: [ { type: debug, property: data } ] }`),
  fc
    .boolean()
    .map(
      (isParallel) =>
        `{ type: loop, over: << data.body.list >>, item: working.item, result: working.all, parallel: ${isParallel}, do: [ { type: generate-id, result: working.made }, { type: api, call: devices.post, with: { device: { name: << data.body.name >> } }, result: working.device } ] }`,
    ),
  fc.constant('{ type: store-value, key: k, value: << working.number >> }'),
  fc.constant('{ type: get-value, key: k, result: working.stored }'),
  fc.constant(
    '{ type: conditional, if: << data.body.count >> < 5, else: [ { type: throw, message: "Enough of << data.body.name >>" } ] }',
  ),
)

const flow = fc.array(step, { minLength: 1, maxLength: 7 })

describe('a recorded run', () => {
  test('of any flow replays equal', async () => {
    await fc.assert(
      fc.asyncProperty(
        flow,
        fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
        fc.record({
          name: fc.string(),
          count: fc.double({ noNaN: false }),
          more: fc.jsonValue(),
          list: fc.array(fc.string(), { maxLength: 7 }),
        }),
        async (steps, delays, body) => {
          const application = load(`${start}  - { type: random-number, min: 1, max: 6, result: working.number }
  - { type: api, call: devices.post, with: { device: { name: << data.body.name >> } }, result: working.device }
${steps.map((step) => `  - ${step}\n`).join('')}  - { type: reply, body: << working >> }`)
          const record = await recordRun(application, { body, replyId: 'r' }, livelyServices(delays))
          expect(record.visits.length).toBeGreaterThan(0)
          expect(compareRuns(record, await replayed(application, record))).toBeUndefined()
        },
      ),
      { numRuns: 150 },
    )
  })

  test('of branches that wait for each other replays equal, in whatever order they were answered', async () => {
    const branch = (
      nth: number,
    ) => `      - - { type: api, call: devices.post, with: { device: { name: a${nth} } }, result: working.a }
        - { type: api, call: devices.post, with: { device: { name: b${nth} } }, result: working.b }
        - { type: generate-id, result: working.id }
`
    const application = load(
      `${start.replace('endpoint: POST /flow', 'button: Press')}  - type: debug\n    next:\n${[1, 2, 3].map(branch).join('')}`,
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }), async (delays) => {
        const record = await recordRun(application, {}, livelyServices(delays))
        expect(record.visits).toHaveLength(10)
        expect(compareRuns(record, await replayed(application, record))).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
})
