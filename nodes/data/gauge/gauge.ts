import { Type } from 'typebox'
import { anything, objectShape, scalar } from '../../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck } from '../../../engine/node.ts'
import { PathTo } from '../../../engine/schema.ts'
import { defined } from '../../parts/defined.ts'
import { checkManyDevices, compileManyDevices, manyDevices } from '../../parts/many-devices.ts'
import { refuseFields } from '../../parts/misplaced.ts'
import { oneOf } from '../../parts/one-of.ts'
import { aggregationOf, aggregations, checkSeries, milliseconds, namesOf, seriesFields } from '../../parts/series.ts'
import { arrange, readLast, readRange } from './readings.ts'

export const gauge = defineNode({
  type: 'gauge',
  losant: { type: 'GaugeNode' },
  summary: 'Reads one value: the last that devices reported, or one for a range of time.',
  description: `Without \`durationMs\`, it is the last value that any of the devices reported. With it, \`aggregation\` says how the values of that
time are combined.

| requested | value at \`result\` |
|---|---|
| one \`attribute\` | \`{ time, value }\` |
| \`attributes\` | such a map by attribute |
| with \`perDevice\` | either by the ID of the device |

\`time\` is when the last value was reported, or the end of the range. An attribute that was never reported is left out: the result is then \`{}\`.`,
  config: Type.Object({
    ...manyDevices,
    ...seriesFields,
    durationMs: Type.Optional(milliseconds('How far back, in milliseconds.')),
    aggregation: oneOf(aggregations, { description: 'How the values of the range are combined.', default: 'MEAN' }),
    result: PathTo({ description: 'Where the value goes.' }),
  }),
  outputs: ['next'],
  check: (check) => {
    checkManyDevices(check)
    checkSeries(check)
    checkRange(check)
  },
  writes: ({ result, attribute, perDevice }) => [
    {
      path: String(result),
      shape: perDevice === true || attribute === undefined ? anything : objectShape({ time: scalar, value: scalar }),
    },
  ],
  compile: (config) => {
    const { attribute, durationMs, end, aggregation = 'MEAN', value, perDevice = false, result } = config
    const select = compileManyDevices(config)
    return async (payload, run) => {
      const names = namesOf(config, payload)
      const devices = await select(payload, run)
      const range = defined({ duration: durationMs?.(payload), end: end?.(payload) })
      const values = !devices
        ? []
        : durationMs
          ? await readRange(run, names, {
              ...devices,
              ...range,
              attributes: names,
              aggregation: aggregationOf(aggregation, value, payload),
              ...(perDevice ? {} : { acrossDevices: true }),
            })
          : await readLast(run, names, devices, perDevice)
      result.set(payload, arrange(values, { isOne: attribute !== undefined, perDevice }))
      return 'next'
    }
  },
  examples: [
    {
      title: 'The last value',
      yaml: `type: gauge
deviceId: << data.params.id >>
attribute: moisture
result: data.now`,
      payload: { data: { params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' } } },
      answers: {
        'data.lastValueQuery': {
          result: { '6a1c2d3e4f5a6b7c8d9e0f1b': { time: '2026-01-02T03:04:05.678Z', data: { moisture: 0.4 } } },
        },
      },
      expect: { output: 'next', payload: { 'data.now': { time: '2026-01-02T03:04:05.678Z', value: 0.4 } } },
    },
    {
      title: 'The highest of the last hour, over every pot on a floor',
      yaml: `type: gauge
deviceTags:
  - { key: floor, value: "2" }
attributes: [ moisture, light ]
durationMs: 3600000
aggregation: MAX
result: data.highest`,
      payload: { data: {} },
      answers: {
        'data.timeSeriesQuery': {
          result: {
            start: '2026-01-02T02:00:00.000Z',
            end: '2026-01-02T03:00:00.000Z',
            devices: {},
            attributes: { moisture: [{ time: '2026-01-02T02:00:00.000Z', value: 0.9, sum: 2, count: 5 }] },
          },
        },
      },
      expect: {
        output: 'next',
        payload: { 'data.highest': { moisture: { time: '2026-01-02T03:00:00.000Z', value: 0.9 } } },
      },
    },
  ],
})

/** Reports fields about a range of time in a node that reads the last value. */
function checkRange(node: NodeCheck): void {
  if (node.config.durationMs !== undefined) return
  refuseFields(node, ['aggregation', 'end'], (field) => `${field} needs durationMs: without it the last value is read.`)
}
