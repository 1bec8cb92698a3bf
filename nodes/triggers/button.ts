import { Type } from 'typebox'
import { anything } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'

export const button = defineTrigger({
  key: 'button',
  losant: 'virtualButton',
  summary: 'An administrator or another flow fires the flow.',
  description: `\`data\` is the data that it was fired with, or an empty object, and \`meta\` is what it was fired with as such, if
anything.

If it is fired by hand, the run begins at once, and is not retried if it fails. If it is fired by the
[\`workflow-trigger\`](../nodes/workflow-trigger.md) of a flow, the run is stored first: then the flow's \`retry\` and \`inOrder\`
apply, and \`relayType\` is \`flow\`, with the ID of that flow as \`relayId\`.`,
  config: Type.Object({
    button: Type.String({ minLength: 1, maxLength: 255, description: 'Name of the button.' }),
  }),
  isQueued: true,
  shape: () => ({ data: anything, meta: anything }),
  compile: ({ button: name }) => ({ name }),
  examples: [
    { title: 'A flow that is run by hand', yaml: 'button: Clean up' },
    { title: 'A button that enters in the middle', yaml: 'button: Send the report again\nthen: send' },
  ],
})
