/** Serves the sample application on a real platform with a store of its own, without a socket. */

import { loadApplication } from '../../engine/load/load-application.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { Services } from '../../engine/services.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { openTemporaryPlatform } from '../../server/compose/open-platform.ts'
import { createServices } from '../../server/compose/services.ts'
import { createExperienceServer } from '../../server/http/experience-server.ts'
import { readSettings } from '../../server/settings.ts'
import { noEffects } from '../services.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface ServedFlows {
  /** Calls an action as a flow does; throws what is refused. */
  ok(call: string, params?: object): Promise<Record<string, unknown>>
  /** Makes a user with this address, who is in these groups, and returns the ID and a token. */
  signUp(email: string, groups?: readonly string[]): Promise<{ id: string; token: string }>
  request(method: 'GET' | 'POST', url: string, options?: { token?: string; body?: unknown }): Promise<Answer>
  /** Runs before each call that a flow makes, until it is set to another. */
  beforeCall: (call: string) => Promise<void>
  close(): Promise<void>
}

export async function serveFlows(): Promise<ServedFlows> {
  const { application, problems } = loadApplication(await readFolder('flows'), {
    nodeTypes,
    triggerTypes,
    actions: describeActions(),
  })
  if (!application) throw new Error(`The flows do not load: ${JSON.stringify(problems, null, 2)}`)
  const { platform, close } = await openTemporaryPlatform(application, readSettings({}, {}))
  const services = createServices(platform, noEffects)('127.0.0.1')
  const watched: Services = {
    ...services,
    api: async (call, params) => {
      await served.beforeCall(call)
      return services.api(call, params)
    },
  }
  const server = createExperienceServer({
    application: () => application,
    applicationId: platform.applicationId,
    users: platform.users,
    devices: platform.devices,
    services: () => watched,
    queue: async () => undefined,
  })

  async function ok(call: string, params: object = {}) {
    const outcome = await services.api(call, { ...params })
    if ('error' in outcome) throw new Error(`${call}: ${JSON.stringify(outcome.error)}`)
    return outcome.result as Record<string, unknown>
  }
  const served: ServedFlows = {
    ok,
    beforeCall: async () => undefined,
    async signUp(email, groups = []) {
      const known = (await ok('experienceGroups.get')).items as { id: string; name: string }[]
      const experienceGroupIds = known.filter(({ name }) => groups.includes(name)).map(({ id }) => id)
      const user = { email, password: 'correct horse battery', experienceGroupIds }
      const { id } = await ok('experienceUsers.post', { experienceUser: user })
      const token = await services.users.signToken({ user: email })
      if (token === null) throw new Error(`${email} cannot be signed in.`)
      return { id: String(id), token }
    },
    async request(method, url, { token, body } = {}) {
      const response = await server.inject({
        method,
        url,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      const isJson = String(response.headers['content-type']).startsWith('application/json')
      return { status: response.statusCode, body: isJson ? response.json() : response.body }
    },
    async close() {
      await server.close()
      await close()
    },
  }
  return served
}
