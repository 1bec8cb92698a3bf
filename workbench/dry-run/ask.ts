/** Sends requests to the experience server without a socket. They are authorised, read and answered like any other. */

import type { Application } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { OpenedPlatform } from '../../server/compose/open-platform.ts'
import { createExperienceServer, type ExperienceOptions } from '../../server/http/experience-server.ts'
import { callWrong } from '../refusals.ts'

export interface Question {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Token of the experience user who asks. */
  readonly token?: string | undefined
  /** Added to the headers that follow from the token and the body. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, except for a text if the headers name its type. */
  readonly body?: unknown
}

export interface DryReply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export interface Asker {
  ask(question: Question): Promise<DryReply>
  close(): Promise<void>
}

/** `queue` takes the runs of webhooks that nobody waits for; without it, they are not run. */
export function createAsker(
  application: () => Application,
  services: Services,
  platform: OpenedPlatform['platform'],
  queue: ExperienceOptions['queue'] = async () => undefined,
): Asker {
  const server = createExperienceServer({
    application,
    applicationId: platform.applicationId,
    users: platform.users,
    devices: platform.devices,
    services: () => services,
    queue,
  })
  return {
    async ask({ method, url, token, headers = {}, body }) {
      const namesType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
      const response = await server.inject({
        // Routes may have any method, but the types only know the common ones.
        method: method as 'GET',
        url,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined || namesType ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: namesType && typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      // Without a socket, nothing drops the body of a reply to HEAD.
      return {
        status: response.statusCode,
        headers: response.headers,
        body: method === 'HEAD' ? '' : readBody(response),
      }
    },
    async close() {
      await server.close()
    },
  }
}

/** A flow may call a body JSON that is not JSON. */
function readBody({ headers, body }: { headers: Readonly<Record<string, unknown>>; body: string }): unknown {
  if (!String(headers['content-type']).startsWith('application/json')) return body
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** A token of the experience user with this address, who is created if there is none. `asked` is the option or key that names the address. */
export async function signIn(services: Services, email: string, asked: string): Promise<string> {
  const before = await services.users.signToken({ user: email })
  if (before !== null) return before
  const password = Buffer.from(services.random.bytes(24)).toString('base64url')
  const created = await services.api('experienceUsers.post', { experienceUser: { email, password } })
  if ('error' in created) throw callWrong({ problem: `${asked} ${email}: ${created.error.message}` })
  const token = await services.users.signToken({ user: email })
  if (token === null) throw callWrong({ problem: `${asked} ${email} cannot be signed in.` })
  return token
}
