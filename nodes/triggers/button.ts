import { Type } from 'typebox'
import { anything } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'

export const button = defineTrigger({
  key: 'button',
  losant: 'virtualButton',
  summary: 'An administrator who fires the flow by hand, or a flow that fires it.',
  description: `\`data\` is what was handed in with it, an empty object where nothing was.

Fired by hand, the run begins at once, and is not tried again where it fails. Fired by the
[\`workflow-trigger\`](../nodes/workflow-trigger.md) of a flow it is written down first: then the flow's \`retry\` and \`inOrder\`
count, and \`relayType\` is \`flow\`, with the ID of that flow as \`relayId\`.`,
  config: Type.Object({
    button: Type.String({ minLength: 1, maxLength: 255, description: 'Name of the button.' }),
  }),
  isQueued: true,
  shape: () => ({ data: anything }),
  compile: ({ button: name }) => ({ name }),
  examples: [
    { title: 'A flow that is run by hand', yaml: 'button: Clean up' },
    { title: 'A button that enters in the middle', yaml: 'button: Send the report again\nthen: send' },
  ],
})
