import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { Devices, labelOf, toChoice } from '../parts/device-choice.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const deviceConnect = defineTrigger({
  key: 'device-connect',
  losant: 'deviceTagConnect',
  summary: 'A device that connected to the broker, or was said to have by `device.setConnectionStatus`.',
  description: `\`data\` has \`method\` (\`mqtt\` or \`rest\`), \`address\` and, of the broker, \`secure\`: whether it connected under TLS. \`triggerId\` is the
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
