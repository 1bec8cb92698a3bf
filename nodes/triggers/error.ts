import { Type } from 'typebox'
import { anything, objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger } from '../../engine/trigger.ts'
import { choice } from '../parts/one-of.ts'

export const errorTrigger = defineTrigger({
  key: 'error',
  losant: 'flowError',
  summary: 'A run throws an error.',
  description: `| scope | fires when a run throws |
|---|---|
| \`local\` | in this flow |
| \`experience\` | in any flow that an endpoint started |
| \`global\` | in any flow |

\`data.errorInfo\` has \`error.name\`, \`error.message\`, \`nodeId\` and \`nodeType\`; \`data.erroredPayload\` is the payload at that moment,
or a sentence if it is over 256 KB. The client is still waiting, so a \`reply\` answers it. An error that this flow throws
itself fires no further error trigger.`,
  config: Type.Object({
    error: choice(['local', 'experience', 'global'], { description: 'Which errors fire it.' }),
  }),
  sample: () => ({
    errorInfo: { error: { name: 'Error', message: 'A sample error.' }, nodeId: 'sample', nodeType: 'throw' },
    erroredPayload: {},
  }),
  shape: () => ({
    data: objectShape({
      errorInfo: objectShape({
        error: objectShape({ name: scalar, message: scalar }),
        nodeId: scalar,
        nodeType: scalar,
      }),
      erroredPayload: anything,
      replyId: scalar,
    }),
    // The request's `experience`, if a request started the run that threw.
    experience: anything,
  }),
  compile: ({ error }) => ({ scope: error }),
  examples: [
    { title: 'Errors of this flow', yaml: 'error: local' },
    { title: 'Errors of every endpoint', yaml: 'error: experience' },
  ],
})
