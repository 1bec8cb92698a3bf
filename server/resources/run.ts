/** One recorded run. */

import { notFound } from '../../platform/base/refusals.ts'
import { closed } from '../../platform/records/schemas.ts'
import { defineAction, defineStream, type Resource } from '../../platform/resource.ts'
import type { RestContext } from './rest-context.ts'
import { RunId, ShownRunRecord } from './run-schemas.ts'

const path = '/applications/{applicationId}/runs/{runId}'
const params = closed({ runId: RunId })

export const run: Resource<RestContext> = {
  name: 'run',
  summary: 'One recorded run, without secrets.',
  actions: {
    get: defineAction({
      summary: 'Returns the record of a run.',
      method: 'GET',
      path,
      params,
      result: ShownRunRecord,
      scopes: ['all.Application'],
      async run({ runId }, { runs }: RestContext) {
        const json = await runs.find(runId)
        if (json === undefined) throw notFound({ what: 'Run' })
        return JSON.parse(json)
      },
    }),
  },
  streams: {
    stream: defineStream({
      summary: 'Sends the record of a run as soon as it has ended, and ends itself.',
      path,
      params,
      events: { run: 'The record.' },
      scopes: ['all.Application'],
      open({ runId }, { runs }: RestContext, { send, end }) {
        const tell = (record: string) => {
          send('run', record)
          end()
        }
        const stop = runs.watchRuns(({ summary, json }) => {
          if (summary.id === runId) tell(json)
        })
        runs
          .find(runId)
          .then((json) => {
            if (json !== undefined) tell(json)
          })
          .catch(end)
        return stop
      },
    }),
  },
}
