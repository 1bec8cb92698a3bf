import { Type } from 'typebox'
import { anything, scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { Devices, labelOf, toChoice } from '../parts/device-choice.ts'
import { oneOf } from '../parts/one-of.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

const Names = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { minItems: 1, maxItems: 100, description })

export const deviceState = defineTrigger({
  key: 'device-state',
  losant: 'deviceTag',
  summary: 'A device reports its state.',
  description: `\`data\` has the stored values by attribute; \`time\` is the time of the state, \`triggerId\` the device's ID, and \`meta\` what the
device sent with it. A list of states starts one run for each, unless \`batch: once\` is set: then \`data\` is a list of
\`{ data, time, meta }\`, and \`attributes\`, \`ignoredAttributes\` and \`maxAge\` have no effect.

The run is stored together with the state, and is resumed after a crash; it may then run twice. A state that a
flow reports fires the trigger too: a flow that reports the state that starts it never stops.`,
  config: Type.Object({
    'device-state': Devices('Whose state'),
    attributes: Type.Optional(Names('Fires only for reports with one of these attributes.')),
    ignoredAttributes: Type.Optional(Names('Does not fire for reports that have only these attributes.')),
    maxAge: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'Does not fire for reports whose time is more than this many seconds ago.',
      }),
    ),
    reports: oneOf(['all', 'single', 'batch'], {
      description: 'Fires for single states, for lists of states, or for both.',
      default: 'all',
    }),
    batch: oneOf(['each', 'once'], {
      description: 'Whether a list starts one run for each of its states, or one in all.',
      default: 'each',
    }),
  }),
  isQueued: true,
  label: (config) => labelOf(config['device-state']),
  sample: () => ({}),
  shape: () => ({ data: anything, meta: anything, triggerId: scalar }),
  check: (trigger) => refuseTemplates(trigger),
  compile: (config) => ({
    on: 'state',
    devices: toChoice(config['device-state']),
    attributes: config.attributes,
    ignoredAttributes: config.ignoredAttributes,
    maxAgeSeconds: config.maxAge,
    reports: config.reports ?? 'all',
    batch: config.batch ?? 'each',
  }),
  examples: [
    { title: 'Every report of every device', yaml: 'device-state: all' },
    {
      title: 'The moisture of pots',
      yaml: `device-state:
  deviceTags:
    - { key: kind, value: pot }
attributes: [ moisture ]`,
    },
    {
      title: 'Only lists of states, with one run for each list',
      yaml: `device-state:
  query: { name: { $startsWith: greenhouse } }
reports: batch
batch: once`,
    },
  ],
})
