import { expect, test } from 'vitest'
import { anonymousActor } from '../../../platform/auth/actor.ts'
import { resources } from '../../../platform/resources/catalogue.ts'
import { createPlatformServer } from '../../../server/http/platform-server.ts'

const applicationId = 'a'.repeat(24)
const actions = resources.flatMap(({ name, actions }) =>
  Object.entries(actions).map(([action, { method, path, isPublic }]) => ({
    call: `${name}.${action}`,
    method,
    url: path.replace('{applicationId}', applicationId).replaceAll(/\{[^}]+\}/g, 'd'.repeat(24)),
    isPublic: isPublic === true,
  })),
)

test.each(actions)('$method $url is served, as $call alone', async ({ call, method, url, isPublic }) => {
  const called: string[] = []
  const app = createPlatformServer({
    resources,
    applicationId,
    authenticate: async (token) => (token === 'good' ? anonymousActor : null),
    call: async (_actor, name) => {
      called.push(name)
      return { result: {} }
    },
    pressButton: async () => ({ result: {} }),
    describeEndpoints: () => ({}),
    isReady: () => true,
  })
  const stranger = await app.inject({ method, url })
  expect(stranger.statusCode === 401).toBe(!isPublic)
  called.length = 0
  const reply = await app.inject({ method, url, headers: { authorization: 'Bearer good' } })
  await app.close()
  expect([200, 201]).toContain(reply.statusCode)
  expect(called).toEqual([call])
})
