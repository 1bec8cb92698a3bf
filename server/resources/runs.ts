/** Recorded runs. They hold payloads, so who may only read the application does not see them. */
import Type from 'typebox'
import { closed } from '../../platform/records/schemas.ts'
import { defineAction, defineStream, type Resource } from '../../platform/resource.ts'
import type { RestContext } from './rest-context.ts'
import { FlowId, ShownRunSummary } from './run-schemas.ts'

const path = '/applications/{applicationId}/runs'
const maxListed = 100

export const runs: Resource<RestContext> = {
  name: 'runs',
  summary: 'Recorded runs of flows, without secrets.',
  actions: {
    get: defineAction({
      summary: 'Lists recorded runs, the newest first.',
      method: 'GET',
      path,
      params: closed({
        flowId: Type.Optional(FlowId),
        limit: Type.Optional(
          Type.Unsafe<number | string>({
            type: ['integer', 'string'],
            minimum: 1,
            pattern: '^[0-9]{1,6}$',
            description: `At most ${maxListed}, which is the default.`,
          }),
        ),
      }),
      result: Type.Array(ShownRunSummary),
      scopes: ['all.Application'],
      run: ({ flowId, limit = maxListed }, { runs }: RestContext) =>
        runs.list({ flowId, limit: Math.max(1, Math.min(maxListed, Number(limit))) }),
    }),
  },
  streams: {
    stream: defineStream({
      summary: 'Sends every run once it has ended. While it is open, all runs are recorded node by node.',
      path,
      params: closed({}),
      events: { run: 'A summary, as in the list.' },
      scopes: ['all.Application'],
      open: (_params, { runs }: RestContext, { send }) =>
        runs.watchRuns(({ summary }) => send('run', JSON.stringify(summary))),
    }),
  },
}
