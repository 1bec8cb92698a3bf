/**
 * The HTTP server that is measured, in a process of its own: `target.js VARIANT DATA-FOLDER`. Answers the message `'start'` with where it listens
 * and a token of a user.
 */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type FastifyReply, fastify } from 'fastify'
import { pino } from 'pino'
import { flowActor } from '../platform/auth/actor.ts'
import type { Platform } from '../platform/platform.ts'
import { callAction } from '../platform/resources/call-action.ts'
import { loadFolder } from '../server/compose/load-folder.ts'
import { openPlatform } from '../server/compose/open-platform.ts'
import { createLog } from '../server/http/log.ts'
import { readSettings, type Settings } from '../server/settings.ts'
import { call } from './call.ts'
import { answerParent } from './child.ts'
import { serve } from './serve.ts'

const variants = ['flow', 'hand-written', 'commit-each', 'constant'] as const
export type Variant = (typeof variants)[number]

export interface Started {
  readonly url: string
  readonly token: string
}

const user = { email: 'ada@lom.example', password: 'correct horse battery' }

// This file is bundled into a folder of dist/bench/.
const flows = fileURLToPath(new URL('../../../flows', import.meta.url))

async function start(variant: string, data: string): Promise<Started> {
  const settings = readSettings({ data, port: '0', platformPort: '0', mqttPort: '0', logLevel: 'warn' }, {})
  switch (variant) {
    case 'flow':
      return serveFlow(settings)
    case 'hand-written':
      return serveHandWritten(settings, false)
    case 'commit-each':
      return serveHandWritten(settings, true)
    case 'constant':
      return serveConstant()
    default:
      throw new Error(`There is no variant ${variant}: ${variants.join(', ')}.`)
  }
}

async function serveFlow(settings: Settings): Promise<Started> {
  const url = (await serve(flows, settings)).urlOf('experience')
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(user) }
  await fetch(`${url}/users`, init)
  const { token } = (await (await fetch(`${url}/auth`, init)).json()) as { token: string }
  return { url, token }
}

/** Does by hand what register-device.yaml does, with the same reply headers, token check, platform and request IDs, but without the engine. */
async function serveHandWritten(settings: Settings, commitEach: boolean): Promise<Started> {
  const { application } = await loadFolder(flows)
  if (!application) throw new Error('The flows are not sound.')
  const { platform } = await openPlatform(application, settings, { commitEach })
  const log = createLog(settings.logLevel, pino.destination(2))
  const app = fastify({
    bodyLimit: settings.bodyLimitBytes,
    loggerInstance: log,
    genReqId: () => randomUUID(),
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-cache, no-store, must-revalidate')
      .header('pragma', 'no-cache')
      .header('x-content-type-options', 'nosniff')
    done()
  })
  app.post('/devices', async (request, reply) => {
    const verified = await platform.users.verifyToken(request.headers.authorization?.slice('Bearer '.length) ?? '')
    if (!verified) return reply.code(401).send({ error: 'Unauthorized' })
    const { deviceName, manufacturerId } = (request.body ?? {}) as Record<string, unknown>
    if (!manufacturerId || !deviceName) {
      return reply.code(400).send({ error: 'manufacturerId and deviceName are required.' })
    }
    return registerDevice(platform, reply, { deviceName, manufacturerId, owner: verified.user.id })
  })
  await call(platform, 'experienceUsers.post', { experienceUser: user })
  const token = await platform.users.signToken({ user: user.email })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  if (token === null) throw new Error('There is no user.')
  return { url, token }
}

interface Registration {
  readonly deviceName: unknown
  readonly manufacturerId: unknown
  readonly owner: string
}

async function registerDevice(
  platform: Platform,
  reply: FastifyReply,
  { deviceName, manufacturerId, owner }: Registration,
) {
  const created = await callAction(platform, flowActor, 'devices.post', {
    device: {
      name: deviceName,
      tags: [
        { key: 'owner', value: owner },
        { key: 'manufacturerId', value: manufacturerId },
      ],
      attributes: [{ name: 'moisture', dataType: 'number' }],
    },
  })
  if ('error' in created) return reply.code(created.error.statusCode).send({ error: created.error.message })
  const { deviceId } = created.result as { deviceId: string }
  const key = await callAction(platform, flowActor, 'applicationKeys.post', {
    applicationKey: { description: `Access key for ${deviceId}`, deviceIds: [deviceId] },
  })
  if ('error' in key) {
    await callAction(platform, flowActor, 'device.delete', { deviceId })
    return reply.code(503).send({ error: 'The device could not be given a key. Try again.' })
  }
  const { key: accessKey, secret: accessSecret } = key.result as { key: string; secret: string }
  return reply.code(201).send({ deviceId, accessKey, accessSecret })
}

async function serveConstant(): Promise<Started> {
  const app = fastify()
  app.post('/devices', async (_request, reply) =>
    reply.code(201).send({ deviceId: '0', accessKey: '0', accessSecret: '0' }),
  )
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), token: '' }
}

const [variant, data] = process.argv.slice(2)
if (variant === undefined || data === undefined) throw new Error('usage: target.js VARIANT DATA-FOLDER')
answerParent(() => start(variant, data))
