/** What the server adds to the platform's resource `flow`. */
import { randomUUID } from 'node:crypto'
import Type from 'typebox'
import { invalid, notFound } from '../../platform/base/refusals.ts'
import { closed, Success } from '../../platform/records/schemas.ts'
import { defineAction, type Resource } from '../../platform/resource.ts'
import type { RestContext } from './rest-context.ts'
import { FlowId } from './run-schemas.ts'

/** Losant's names for a flow as it was last saved, and for the version that runs unless one is named. */
const versions = new Set(['develop', 'default'])

export const flow: Resource<RestContext> = {
  name: 'flow',
  summary: 'One flow.',
  actions: {
    pressVirtualButton: defineAction({
      summary: "Fires a flow's `button` trigger. Answers as soon as the run has begun; how it goes on is in the log.",
      method: 'POST',
      path: '/applications/{applicationId}/flows/{flowId}/virtualButton',
      body: 'button',
      params: closed({
        flowId: FlowId,
        button: closed({
          key: Type.String({ description: 'Name of the button.' }),
          payload: Type.Optional(
            Type.Unsafe<unknown>({ description: '`data` of the run, of any type; `{}` without it.' }),
          ),
          meta: Type.Optional(Type.Unsafe<unknown>({ description: '`meta` of the run, of any type.' })),
          flowVersion: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 255,
              description: '`develop` or `default`, which are the one version of a flow.',
            }),
          ),
          deviceId: Type.Optional(Type.Unsafe<unknown>({ description: 'Refused: no flow runs on a device.' })),
        }),
      }),
      result: closed({
        ...Success.properties,
        runId: Type.String({ description: '`GET …/runs/ID` has its record, if runs are recorded.' }),
      }),
      scopes: ['all.Application'],
      async run({ flowId, button }, { platform, application, services, runLog }: RestContext) {
        const { key, payload, meta, deviceId, flowVersion = 'develop' } = button
        if (deviceId !== undefined) {
          throw invalid({ problem: 'button.deviceId is not supported: flows run on the server, and none on a device' })
        }
        if (!versions.has(flowVersion)) {
          const why = 'a flow has one version, develop, which is also the default'
          throw invalid({ problem: `button.flowVersion ${flowVersion} does not exist: ${why}` })
        }
        const current = application()
        const trigger = current.buttons.find(({ flow, spec }) => flow.id === flowId && spec.name === key)
        if (!trigger) throw notFound({ what: `The button "${key}" of the flow ${flowId}` })
        const runId = randomUUID()
        current.start({
          trigger,
          id: runId,
          applicationId: platform.applicationId,
          data: payload ?? {},
          ...(meta === undefined ? {} : { meta }),
          triggerType: 'virtualButton',
          services: services(),
          log: runLog,
        })
        return { success: true as const, runId }
      },
    }),
  },
}
