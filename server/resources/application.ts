/** What the server adds to the platform's resource `application`. */
import Type from 'typebox'
import { closed } from '../../platform/records/schemas.ts'
import { defineAction, defineStream, type Resource } from '../../platform/resource.ts'
import type { RestContext } from './rest-context.ts'

export const application: Resource<RestContext> = {
  name: 'application',
  summary: 'The application.',
  actions: {
    /** Not public: it names routes, groups and fields that are not for everybody. Whoever wants it public can publish a copy. */
    openApi: defineAction({
      summary: 'Returns an OpenAPI document of the endpoints that the application has now.',
      method: 'GET',
      path: '/openapi.json',
      params: closed({}),
      result: Type.Unsafe<object>({ type: 'object', description: 'An OpenAPI 3.1 document.' }),
      scopes: ['all.Application', 'all.Application.read', 'application.get'],
      run: async (_params, { describeEndpoints }: RestContext) => describeEndpoints(),
    }),
  },
  streams: {
    debug: defineStream({
      summary: 'Sends what flows log, as they log it.',
      path: '/applications/{applicationId}/debug',
      params: closed({}),
      events: {
        debug: 'A message: `time`, `run`, `flow`, `level`, `message`, and where they are known `node` and `details`.',
      },
      scopes: ['all.Application'],
      open: (_params, { runs }: RestContext, { send }) =>
        runs.watchLogs((message) => send('debug', JSON.stringify(message))),
    }),
  },
}
