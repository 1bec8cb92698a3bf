import { Type } from 'typebox'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, Template, Value, ValueOf } from '../../engine/schema.ts'
import { filled, templateAt } from '../parts/losant-fields.ts'
import { valueOfJsonTemplate } from '../parts/losant-json.ts'
import { onlyOne, wrongValue } from '../parts/misplaced.ts'
import { numberOf } from '../parts/number-of.ts'
import { readDate } from '../parts/read-date.ts'
import { written } from '../parts/written.ts'

export const workflowTrigger = defineNode({
  type: 'workflow-trigger',
  losant: { type: 'WorkflowTriggerNode', translate },
  summary: 'Starts another flow of the application, or this one again, now or later.',
  description: `It fires a [\`button\`](../triggers/button.md) of the flow. The new run is stored before this one goes on, and is independent
of it: this run does not wait for it, does not see its reply, and does not fail if it fails. It is resumed after a
crash, and retried as its flow's \`retry\` says. If this run is repeated, as after a crash, it starts the flow twice.

That the flow and the button exist is checked when the application loads, or when the node is visited if a template names
them. The value at \`result\` is \`{ runId }\`, the ID of the run that was started.

Flows that start each other end at some point: the 21st of a chain fails if it tries to start another one. A flow that is due in
a minute or later begins a new chain. A dry run and \`flowpot test\` list the flows that would start, and start nothing.`,
  config: Type.Object({
    flow: Template({
      description: "The flow's file without `.yaml`.",
      examples: ['clean-up'],
    }),
    button: Template({ description: 'Name of one of its buttons.', examples: ['Clean up'] }),
    data: Type.Optional(Value({ description: 'The value of `data` on the new payload. Defaults to an empty object.' })),
    after: Type.Optional(
      ValueOf(Type.Number({ minimum: 0, maximum: 31_622_400 }), {
        description: 'Delay in seconds, at most a year. The flow starts at once if neither `after` nor `at` is given.',
        examples: [300, '<< data.seconds >>'],
        acceptsDigits: true,
      }),
    ),
    at: Type.Optional(
      Value({
        description: 'When the flow starts: an ISO date, or milliseconds since 1970. A time in the past means now.',
        examples: ['<< data.watering.start >>', '2026-03-01T06:00:00Z'],
      }),
    ),
    result: Type.Optional(PathTo({ description: 'Where the ID of the run goes.' })),
  }),
  outputs: ['next'],
  roles: { firesButton: true },
  writes: ({ result }) => written(result, objectShape({ runId: scalar })),
  check,
  compile: ({ flow, button, data, after, at, result }, { flowId }) => {
    return async (payload, run) => {
      const now = run.services.clock.now()
      const { runId } = await run.services.startFlow({
        flow: flow(payload),
        button: button(payload),
        data: data?.(payload) ?? {},
        ...(after ? { dueAt: now + readSeconds(after(payload)) * 1000 } : {}),
        ...(at ? { dueAt: readTime(at(payload), now) } : {}),
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
        sent: [{ flow: 'monthly-report', button: 'Send', data: { month: '2026-03', to: 'ada@lom.example' } }],
        payload: { 'data.report': { runId: '6a1c2d3e4f5a6b7c8d9e0f1b' } },
      },
    },
    {
      title: 'The tap is closed in five minutes',
      yaml: `type: workflow-trigger
flow: close-tap
button: Close
after: 300
data: { tap: << data.params.tap >> }`,
      payload: { data: { params: { tap: 'north' } } },
      buttons: { 'close-tap': 'Close' },
      expect: { output: 'next', sent: [{ flow: 'close-tap', data: { tap: 'north' }, dueAt: 1_700_000_300_000 }] },
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
      title: 'A flow that does not exist',
      yaml: `type: workflow-trigger
flow: import-<< data.kind >>
button: Go`,
      payload: { data: { kind: 'trees' } },
      buttons: { 'import-pots': 'Go' },
      expect: { sent: [], error: 'There is no flow "import-trees"' },
    },
  ],
})

function check(node: NodeCheck): void {
  const { at } = node.config
  if (onlyOne(node, ['after', 'at']) !== 'at' || hasTemplate(at) || readDate(at, undefined, 0) !== undefined) return
  wrongValue(node.report, ['at'], 'at is not a date.', 'Write 2026-03-01T06:00:00Z.')
}

/** Throws if the delay is missing, since the flow must not start at once then. */
function readSeconds(seconds: number | undefined): number {
  if (seconds === undefined) throw new Error('after is missing, so it is not known when to start the flow.')
  return seconds
}

function readTime(value: unknown, now: number): number {
  const time = readDate(value, undefined, now)
  if (time === undefined) throw new Error('at is not a date, so it is not known when to start the flow.')
  return time
}

/** An export names the flow and its button by ID, which the reader of the export replaces by their names. Flows have only one version here. */
function translate(config: RawConfig): RawConfig {
  const { behavior = 'immediate', triggerWorkflowId, triggerVirtualButtonId, resultPath } = config
  if (behavior === 'cancel') throw new Error('Cancelling a scheduled run has no counterpart.')
  const data = dataOf(config)
  return {
    flow: triggerWorkflowId,
    button: triggerVirtualButtonId,
    ...(data === undefined ? {} : { data }),
    ...(behavior === 'schedule' ? timeOf(config) : {}),
    ...filled({ result: resultPath }),
  }
}

function timeOf({ scheduling = 'relative', secondsTemplate: seconds, dateTemplate: date }: RawConfig): RawConfig {
  return scheduling === 'absolute' ? { at: date } : { after: numberOf(seconds) ?? seconds }
}

function dataOf({ payloadTemplateType: type = 'json', payloadTemplate: template }: RawConfig): unknown {
  if (template === undefined || template === '') return undefined
  if (type === 'path') return templateAt(template, 'payloadTemplate')
  return type === 'json' ? valueOfJsonTemplate(String(template)) : template
}
