import { Type } from 'typebox'
import { type Shape, unknown } from '../../engine/check/shape.ts'
import { type ButtonSpec, defineTrigger } from '../../engine/trigger.ts'

export const button = defineTrigger({
  key: 'button',
  losant: 'virtualButton',
  summary: 'An administrator who fires the flow by hand.',
  description: '`data` is what was handed in with it, an empty object where nothing was.',
  config: Type.Object({
    button: Type.String({ minLength: 1, maxLength: 255, description: 'Name of the button.' }),
  }),
  shape: () => new Map<string, Shape>([['data', unknown]]),
  compile: ({ button: name }): ButtonSpec => ({ name }),
  examples: [
    { title: 'A flow that is run by hand', yaml: 'button: Clean up' },
    { title: 'A button that enters in the middle', yaml: 'button: Send the report again\nthen: send' },
  ],
})
