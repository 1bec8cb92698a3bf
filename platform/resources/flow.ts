/** One flow, by the name of its file. */
import Type from 'typebox'
import {
  closed,
  Direction,
  Id,
  integerOrText,
  oneOf,
  readDirection,
  readInteger,
  Time,
  toIso,
} from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { readFailedRuns } from '../runs/triggered-runs.ts'
import { Moment, readMoment } from '../state/times.ts'

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
        end: Type.Optional(Moment),
        duration: Type.Optional(integerOrText(1, 999_999_999_999, 'Milliseconds before `end`; 30 days by default.')),
        sortDirection: Type.Optional(Direction),
        flowVersion: Type.Optional(
          Type.String({ maxLength: 255, description: 'Accepted and ignored: a flow has one version.' }),
        ),
        deviceId: Type.Optional(Id),
      }),
      result: closed({
        flowId: Type.String(),
        limit: Type.Integer(),
        start: Time,
        end: Time,
        sortDirection: oneOf(['asc', 'desc']),
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
      async run(
        { flowId, limit: given = 25, end = 0, duration = 30 * 86_400_000, sortDirection = 'desc', deviceId },
        { platform },
      ) {
        const wanted = readInteger(given, 1, maxErrors)
        const to = readMoment(end, platform.clock.now())
        const from = Math.max(0, to - Number(duration))
        const direction = readDirection(sortDirection)
        const failed = await readFailedRuns(platform, { flowId, limit: wanted, from, to, direction, deviceId })
        const errors = failed.map(({ id, trigger, attempts, failedAt, error }) => {
          const { code, message, node, ...place } = error
          return {
            time: toIso(failedAt),
            ...(node === undefined ? {} : { nodeId: node }),
            error: { name: code, message },
            runId: id,
            trigger,
            attempts,
            ...place,
          }
        })
        return { flowId, limit: wanted, start: toIso(from), end: toIso(to), sortDirection: direction, errors }
      },
    }),
  },
}
