import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { Devices, labelOf, toChoice } from '../parts/device-choice.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const deviceConnect = defineTrigger({
  key: 'device-connect',
  losant: 'deviceTagConnect',
  summary: 'A device connects to the broker, or `device.setConnectionStatus` reports that it has.',
  description: `\`data\` has \`method\` (\`mqtt\` or \`rest\`), \`address\` and, from the broker, \`secure\`: whether it connected with TLS. \`triggerId\` is the
device's ID.`,
  config: Type.Object({ 'device-connect': Devices('Which devices') }),
  isQueued: true,
  label: (config) => labelOf(config['device-connect']),
  sample: () => ({ method: 'mqtt', address: '127.0.0.1', secure: false }),
  shape: () => ({ data: objectShape({ method: scalar, address: scalar, secure: scalar }) }),
  check: (trigger) => refuseTemplates(trigger),
  compile: (config) => ({ on: 'connect', devices: toChoice(config['device-connect']) }),
  examples: [
    { title: 'Every device', yaml: 'device-connect: all' },
    {
      title: 'Devices on one floor',
      yaml: `device-connect:
  deviceTags: [ { key: floor, value: '2' } ]`,
    },
  ],
})
