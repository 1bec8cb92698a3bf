/** Schemas of recorded runs, as `recorder/run-record.ts` types them. */
import Type from 'typebox'
import { closed, oneOf, Time } from '../../platform/records/schemas.ts'
import type { RunRecord } from '../recorder/run-record.ts'

export const FlowId = Type.String({
  minLength: 1,
  maxLength: 255,
  description: "The name of the flow's file, without `.yaml`.",
})

export const RunId = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'ID of the request that started the run, or its own.',
})

export const ShownRunSummary = closed({
  id: RunId,
  flow: FlowId,
  trigger: closed({ id: Type.String(), type: Type.String() }),
  time: Time,
  ms: Type.Number(),
  outcome: oneOf(['ok', 'failed']),
  error: Type.Optional(
    closed({
      code: Type.String(),
      message: Type.String(),
      node: Type.Optional(Type.String()),
      file: Type.Optional(Type.String()),
      line: Type.Optional(Type.Integer()),
    }),
  ),
})

export const ShownRunRecord = Type.Unsafe<RunRecord>({
  type: 'object',
  description: 'The summary, and what the run did: its payload, visits, calls and reply. `flowpot replay` takes it.',
})
