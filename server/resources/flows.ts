/** The flows that the application serves at this moment. */
import Type from 'typebox'
import { labelOf } from '../../engine/trigger-label.ts'
import { closed, Id } from '../../platform/records/schemas.ts'
import { defineAction, type Resource } from '../../platform/resource.ts'
import type { RestContext } from './rest-context.ts'
import { FlowId } from './run-schemas.ts'

const ListedFlow = closed({
  id: FlowId,
  flowId: FlowId,
  name: Type.String(),
  description: Type.Optional(Type.String()),
  triggers: Type.Array(
    closed({
      type: Type.String({ description: 'The key that names it in `on`: `endpoint`.' }),
      label: Type.String({ description: "What follows that key: `POST /devices`, a button's name." }),
      line: Type.Integer(),
    }),
  ),
})

export const flows: Resource<RestContext> = {
  name: 'flows',
  summary: 'The flows of the application.',
  actions: {
    get: defineAction({
      summary: 'Lists all flows, by name of the file, with what starts them.',
      method: 'GET',
      path: '/applications/{applicationId}/flows',
      params: closed({}),
      result: closed({
        items: Type.Array(ListedFlow),
        count: Type.Integer(),
        totalCount: Type.Integer(),
        applicationId: Id,
      }),
      scopes: ['all.Application', 'all.Application.read'],
      async run(_params, { platform, application }: RestContext) {
        const { flows, triggers } = application()
        const items = flows
          .map(({ id, name, description }) => ({
            id,
            flowId: id,
            name,
            ...(description === undefined ? {} : { description }),
            triggers: triggers
              .filter(({ flow }) => flow.id === id)
              .map((trigger) => ({ type: trigger.type, label: labelOf(trigger.id), line: trigger.line })),
          }))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
        return { items, count: items.length, totalCount: items.length, applicationId: platform.applicationId }
      },
    }),
  },
}
