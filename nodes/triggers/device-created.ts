import { Type } from 'typebox'
import { anything, objectShape } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { Devices, labelOf, toChoice } from '../parts/device-choice.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const deviceCreated = defineTrigger({
  key: 'device-created',
  losant: 'deviceCreate',
  summary: 'A device is created.',
  description: '`data.device` is the device as it was created; `triggerId` is its ID.',
  config: Type.Object({ 'device-created': Devices('Which devices') }),
  isQueued: true,
  label: (config) => labelOf(config['device-created']),
  sample: () => ({ device: { name: 'Sample', tags: [], attributes: [] } }),
  shape: () => ({ data: objectShape({ device: anything }) }),
  check: (trigger) => refuseTemplates(trigger),
  compile: (config) => ({ on: 'create', devices: toChoice(config['device-created']) }),
  examples: [{ title: 'Every device', yaml: 'device-created: all' }],
})
