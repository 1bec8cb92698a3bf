/** One flow, by the name of its file. */
import Type from 'typebox'
import { closed, integerOrText, readInteger, Time, toIso } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { readFailedRuns } from '../runs/triggered-runs.ts'

const maxErrors = 100

export const flow: Resource = {
  name: 'flow',
  summary: 'One flow, by the name of its file without `.yaml`.',
  actions: {
    errors: defineAction({
      summary:
        'Lists runs that failed for good, the newest first. It has the runs of the last 30 days that a device, a topic, a timer or a webhook started.',
      method: 'GET',
      path: '/applications/{applicationId}/flows/{flowId}/errors',
      params: closed({
        flowId: Type.String({ minLength: 1, maxLength: 255 }),
        limit: Type.Optional(integerOrText(1, maxErrors)),
      }),
      result: closed({
        flowId: Type.String(),
        limit: Type.Integer(),
        errors: Type.Array(
          closed({
            time: Time,
            nodeId: Type.Optional(Type.String({ description: 'ID of the node, or its place in the flow.' })),
            error: closed({ name: Type.String(), message: Type.String() }),
            runId: Type.String(),
            trigger: Type.String(),
            attempts: Type.Integer(),
            file: Type.Optional(Type.String()),
            line: Type.Optional(Type.Integer()),
          }),
        ),
      }),
      scopes: ['all.Application', 'all.Application.read'],
      async run({ flowId, limit: given = 25 }, { platform }) {
        const wanted = readInteger(given, 1, maxErrors)
        const failed = await readFailedRuns(platform, { flowId, limit: wanted })
        const errors = failed.map(({ id, trigger, attempts, failedAt, error }) => {
          const { code, message, node, file, line } = error
          return {
            time: toIso(failedAt),
            ...(node === undefined ? {} : { nodeId: node }),
            error: { name: code, message },
            runId: id,
            trigger,
            attempts,
            ...(file === undefined ? {} : { file }),
            ...(line === undefined ? {} : { line }),
          }
        })
        return { flowId, limit: wanted, errors }
      },
    }),
  },
}
