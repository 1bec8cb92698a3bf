import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { Devices, labelOf, toChoice } from '../parts/device-choice.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const deviceInactivity = defineTrigger({
  key: 'device-inactivity',
  losant: 'deviceTagInactivity',
  summary: 'A device has not reported state for some time.',
  description: `It fires once, and again only after the device has reported and gone silent again. A device that has never reported since the flow
was first served never fires it. What counts is when a state arrived, not the time in it; connections do not count.

\`data\` has \`inactivitySeconds\` and \`lastActivity\`; \`triggerId\` is the device's ID. Changing \`seconds\` starts the wait again.`,
  config: Type.Object({
    'device-inactivity': Devices('Which devices'),
    // Losant's bounds and default.
    seconds: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 31_622_400,
        default: 7200,
        description: 'How long the device must be silent.',
      }),
    ),
  }),
  isQueued: true,
  label: ({ 'device-inactivity': devices, seconds = 7200 }) => `${labelOf(devices)} ${seconds} s`,
  sample: ({ seconds = 7200 }) => ({ inactivitySeconds: seconds, lastActivity: new Date(0).toISOString() }),
  shape: () => ({ data: objectShape({ inactivitySeconds: scalar, lastActivity: scalar }) }),
  check: (trigger) => refuseTemplates(trigger),
  compile: ({ 'device-inactivity': devices, seconds = 7200 }) => ({
    on: 'inactivity',
    devices: toChoice(devices),
    seconds,
  }),
  examples: [
    { title: 'Silent for two hours', yaml: 'device-inactivity: all' },
    {
      title: 'Pots that have been silent for ten minutes',
      yaml: `device-inactivity:
  deviceTags: [ { key: kind, value: pot } ]
seconds: 600`,
    },
  ],
})
