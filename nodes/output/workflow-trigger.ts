import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/check/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Template, Value } from '../../engine/schema.ts'
import { valueOfJsonTemplate } from '../losant-json.ts'
import { templateAt } from '../losant-path.ts'

export const workflowTrigger = defineNode({
  type: 'workflow-trigger',
  losant: { type: 'WorkflowTriggerNode', translate },
  summary: 'Starts another flow of the application, or this one anew.',
  description: `It fires a [\`button\`](../triggers/button.md) of the flow, whose run is written down before this one goes on, and begins apart
from it: nobody waits for it, what it replies reaches nobody, and where it fails this run does not. It is taken up again after a
crash, and tried again as its flow's \`retry\` says. A run that is itself run twice, as after a crash, starts the flow twice.

That there is such a flow and such a button is checked when the application loads, and where a template names them, when the node
is visited. What stands at \`result\` is \`{ runId }\`, the ID of the run that was started.

Flows that start each other come to rest: the 20th of a chain can start no other, and fails where it tries. A dry run and
\`flowpot test\` list what would be started, and start nothing.`,
  config: Type.Object({
    flow: Template({
      description: "The flow's file without `.yaml`.",
      examples: ['clean-up'],
    }),
    button: Template({ description: 'Name of one of its buttons.', examples: ['Clean up'] }),
    data: Type.Optional(
      Value({ description: 'Stands at `data` on its payload; an empty object where it is missing or not given.' }),
    ),
    result: Type.Optional(PathTo({ description: 'Where the ID of the run goes.' })),
  }),
  outputs: ['next'],
  firesButton: true,
  writes: ({ result }) => (typeof result === 'string' ? [{ path: result, shape: objectShape({ runId: scalar }) }] : []),
  compile: ({ flow, button, data, result }, { flowId }) => {
    return async (payload, run) => {
      const { runId } = await run.services.startFlow({
        flow: flow(payload),
        button: button(payload),
        data: data?.(payload) ?? {},
        by: flowId,
        depth: run.depth,
      })
      result?.set(payload, { runId })
      return 'next'
    }
  },
  examples: [
    {
      title: 'A report that the client does not wait for',
      yaml: `type: workflow-trigger
flow: monthly-report
button: Send
data:
  month: << data.query.month >>
  to: << experience.user.email >>
result: data.report`,
      payload: { data: { query: { month: '2026-03' } }, experience: { user: { email: 'ada@lom.example' } } },
      buttons: { 'monthly-report': 'Send' },
      expect: {
        output: 'next',
        sent: [
          { flow: 'monthly-report', button: 'Send', data: { month: '2026-03', to: 'ada@lom.example' }, by: 'example' },
        ],
        payload: { 'data.report': { runId: '6a1c2d3e4f5a6b7c8d9e0f1b' } },
      },
    },
    {
      title: 'A flow that the payload names',
      yaml: `type: workflow-trigger
flow: import-<< data.kind >>
button: Go`,
      payload: { data: { kind: 'pots' } },
      buttons: { 'import-pots': 'Go' },
      expect: { output: 'next', sent: [{ flow: 'import-pots', button: 'Go', data: {} }] },
    },
    {
      title: 'A flow that there is none of',
      yaml: `type: workflow-trigger
flow: import-<< data.kind >>
button: Go`,
      payload: { data: { kind: 'trees' } },
      buttons: { 'import-pots': 'Go' },
      expect: { sent: [], error: 'There is no flow "import-trees"' },
    },
  ],
})

/** The flow and its button are told by IDs, for which whoever reads an export puts the names. A flow has one version here. */
function translate(config: RawConfig): RawConfig {
  const { behavior = 'immediate', triggerWorkflowId, triggerVirtualButtonId, resultPath } = config
  if (behavior !== 'immediate') throw new Error('A run at a later time, or its cancelling, has no counterpart.')
  const data = dataOf(config)
  return {
    flow: triggerWorkflowId,
    button: triggerVirtualButtonId,
    ...(data === undefined ? {} : { data }),
    ...(resultPath ? { result: resultPath } : {}),
  }
}

function dataOf({ payloadTemplateType: type = 'json', payloadTemplate: template }: RawConfig): unknown {
  if (template === undefined || template === '') return undefined
  if (type === 'path') return templateAt(template, 'payloadTemplate')
  return type === 'json' ? valueOfJsonTemplate(String(template)) : template
}
