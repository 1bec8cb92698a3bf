/** An application without an engine: each endpoint is a function of what the listener hands to a run. */
import type { FlowpotError } from '../../../contracts/errors.ts'
import type { Application, ApplicationSettings, RunRequest } from '../../../engine/application.ts'
import { secretNames } from '../../../engine/secret-names.ts'
import type { Reply } from '../../../engine/services.ts'
import type { Access, EndpointSpec } from '../../../engine/trigger.ts'
import { createExperienceServer, type ExperienceOptions } from '../../../server/http/experience-server.ts'
import { quietServices } from '../../services.ts'

/** A run of an endpoint. */
export interface EndpointRun extends RunRequest {
  readonly data: Readonly<Record<string, unknown>>
}

export type Answer = (run: EndpointRun) => Partial<Reply> | Promise<Partial<Reply>>

export interface FakeEndpoint {
  readonly access?: Access
  readonly enabled?: boolean
  readonly rawBody?: boolean
  readonly unauthorized?: EndpointSpec['unauthorized']
  readonly answer?: Answer
}

/** Endpoints by method and route, such as `POST /devices`. Without an answer of its own, one replies with what it was given. */
type Cors = ApplicationSettings['cors']

export function fakeApplication(endpoints: Readonly<Record<string, FakeEndpoint>>, cors: Cors = true): Application {
  const answers = new Map<string, Answer>()
  return {
    settings: {
      name: 'test',
      id: undefined,
      globals: {},
      secrets: {},
      cors,
      http: { allow: [] },
      connections: {},
      seeds: { groups: [], users: [], devices: [] },
      secretNames: [],
    },
    secretNames,
    flows: [],
    buttons: [],
    errors: [],
    webhooks: [],
    triggers: [],
    endpoints: Object.entries(endpoints).map(([text, endpoint], index) => {
      const [method = '', route = ''] = text.split(' ')
      const id = `endpoint-${index}`
      answers.set(id, endpoint.answer ?? ((run) => ({ body: { data: run.data, experience: run.experience } })))
      return {
        type: 'endpoint',
        id,
        flow: { id: 'flow', name: 'flow', file: 'flow.yaml', description: undefined },
        line: 1,
        column: 1,
        spec: {
          method,
          route,
          access: endpoint.access ?? 'public',
          enabled: endpoint.enabled ?? true,
          description: undefined,
          rawBody: endpoint.rawBody ?? false,
          unauthorized: endpoint.unauthorized,
        },
      }
    }),
    whenIdle: async () => {},
    start(run) {
      const answer = answers.get(run.trigger.id)
      // What the listener hands in.
      const reply = Promise.resolve(answer?.(run as EndpointRun)).then(
        (given): Reply => ({ status: 200, headers: {}, cookies: [], body: undefined, ...given }),
      )
      const done = reply.then(
        (given) => ({ reply: given, error: undefined, payload: {} }),
        (error: FlowpotError) => ({ reply: undefined, error, payload: {} }),
      )
      return { reply, done }
    },
  }
}

const services = quietServices()

export const ada = { id: 'a'.repeat(24), email: 'ada@lom.example', experienceGroups: [{ id: '1', name: 'admins' }] }
export const bob = { id: 'b'.repeat(24), email: 'bob@lom.example', experienceGroups: [] }
export const pot = { id: 'd'.repeat(24), name: 'Fern' }

/** Knows the tokens `ada` and `bob` of users, and `pot` of a device. */
/** What a token says of itself. */
export function authInfoOf(token: string) {
  return { issuedAt: '2026-01-01T00:00:00.000Z', expiresAt: null, extraData: { from: token } }
}

export function fakeServer(
  endpoints: Readonly<Record<string, FakeEndpoint>>,
  options: Partial<ExperienceOptions> & { readonly cors?: Cors } = {},
) {
  const { cors, ...rest } = options
  const application = fakeApplication(endpoints, cors)
  return createExperienceServer({
    application: () => application,
    applicationId: 'f'.repeat(24),
    users: {
      verifyToken: async (token) => {
        const user = token === 'ada' ? ada : token === 'bob' ? bob : undefined
        return user === undefined ? null : { user, authInfo: authInfoOf(token) }
      },
    },
    devices: { verifyToken: async (token) => (token === 'pot' ? pot : null) },
    services: () => services,
    queue: async () => undefined,
    ...rest,
  })
}
