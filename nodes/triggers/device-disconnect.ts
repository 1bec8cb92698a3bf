import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { Devices, labelOf, toChoice } from '../parts/device-choice.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const deviceDisconnect = defineTrigger({
  key: 'device-disconnect',
  losant: 'deviceTagDisconnect',
  summary: 'A device disconnects from the broker, or `device.setConnectionStatus` reports that it has.',
  description: `\`data\` has the fields of \`device-connect\`, and \`connectedAt\`, \`disconnectReason\` (a sentence for people), \`messagesFromDevice\` and
\`messagesToDevice\`, as far as they are known. \`triggerId\` is the device's ID.`,
  config: Type.Object({ 'device-disconnect': Devices('Which devices') }),
  isQueued: true,
  label: (config) => labelOf(config['device-disconnect']),
  sample: () => ({ method: 'mqtt', address: '127.0.0.1', secure: false, connectedAt: null }),
  shape: () => ({
    data: objectShape({
      method: scalar,
      address: scalar,
      secure: scalar,
      connectedAt: scalar,
      disconnectReason: scalar,
      messagesFromDevice: scalar,
      messagesToDevice: scalar,
    }),
  }),
  check: (trigger) => refuseTemplates(trigger),
  compile: (config) => ({ on: 'disconnect', devices: toChoice(config['device-disconnect']) }),
  examples: [
    { title: 'Every device', yaml: 'device-disconnect: all' },
    {
      title: 'Gateways',
      yaml: `device-disconnect:
  query: { deviceClass: gateway }`,
    },
  ],
})
