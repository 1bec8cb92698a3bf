/** Times a run through ten synchronous nodes with templates and conditions, without HTTP and without a store. */
import { makeEffects } from '../engine/effects.ts'
import { loadApplication } from '../engine/load/load-application.ts'
import type { Services } from '../engine/services.ts'
import { nodeTypes, triggerTypes } from '../nodes/index.ts'
import { median, quantile } from './statistics.ts'

const condition = (n: number) => `
  - type: conditional
    if: << data.body.name >> && << data.body.count >> > ${n}
    else: [ { type: reply, status: 400, body: { error: << data.body.name >> is too small } } ]`

const note = `
  - { type: debug, message: "<< data.body.name >> of << data.body.owner.id >>" }`

/** Six conditions, three notes, one reply. */
const flow = `
name: Ten nodes
on: { endpoint: POST /ten }
nodes:${condition(1)}${note}${condition(2)}${condition(3)}${note}${condition(4)}${condition(5)}${note}${condition(6)}
  - type: reply
    status: 201
    body: { id: << data.body.owner.id >>, greeting: "Hello << data.body.name >>", count: << data.body.count >> }
`

/** Times batches of 100 runs and divides each time by the runs. */
export async function benchEngine(batches: number): Promise<{ medianMicros: number; p99Micros: number }> {
  const { application, problems } = loadApplication([{ file: 'ten.yaml', text: flow }], {
    nodeTypes,
    triggerTypes,
    actions: {},
  })
  const trigger = application?.endpoints[0]
  if (!application || !trigger) throw new Error(problems.map(({ message }) => message).join('\n'))

  const none = async () => {
    throw new Error('The flow of the benchmark has no effects.')
  }
  const services: Services = {
    ...makeEffects(() => none),
    clock: { now: () => 0 },
    random: { bytes: (length) => new Uint8Array(length) },
  }
  const log = () => undefined
  const runOnce = () => {
    const data = { body: { name: 'Fern', count: 7, owner: { id: '6543210fedcba9876543210f' } }, replyId: 'r' }
    return application.start({ trigger, id: 'r', applicationId: 'a', data, services, log })
  }
  const { status } = await runOnce().reply
  if (status !== 201) throw new Error(`The flow of the benchmark replied ${status}.`)

  const times: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    const runs: Promise<unknown>[] = []
    const began = process.hrtime.bigint()
    for (let n = 0; n < 100; n++) runs.push(runOnce().done)
    await Promise.all(runs)
    times.push(Number(process.hrtime.bigint() - began) / 100_000)
  }
  return { medianMicros: median(times), p99Micros: quantile(times, 0.99) }
}
