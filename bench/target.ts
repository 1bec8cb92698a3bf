/**
 * The HTTP server that is measured, in a process of its own: `node target.js VARIANT DATA-FOLDER`. Prints one line of JSON with its URL and a
 * token, and runs until SIGTERM.
 */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import { pino } from 'pino'
import { flowActor } from '../platform/auth/actor.ts'
import type { Platform } from '../platform/platform.ts'
import { callAction } from '../platform/resources/call-action.ts'
import { loadFolder } from '../server/compose/load-folder.ts'
import { openPlatform } from '../server/compose/open-platform.ts'
import { createLog } from '../server/http/log.ts'
import { readSettings, type Settings } from '../server/settings.ts'
import { startServer } from '../server.ts'

const variants = ['flow', 'hand-written', 'commit-each', 'constant'] as const
export type Variant = (typeof variants)[number]

// This file is bundled into a folder of dist/bench/.
const flows = fileURLToPath(new URL('../../../flows', import.meta.url))

async function main(variant: string | undefined, data: string | undefined): Promise<void> {
  if (data === undefined) throw new Error('usage: target.js VARIANT DATA-FOLDER')
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

async function serveFlow(settings: Settings): Promise<void> {
  const { server } = await startServer(flows, settings)
  const url = server?.listening.find(({ name }) => name === 'experience')?.url
  if (!url) throw new Error('The flows are not sound.')
  const body = JSON.stringify({ email: 'ada@lom.example', password: 'correct horse battery' })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  await fetch(`${url}/users`, init)
  const { token } = (await (await fetch(`${url}/auth`, init)).json()) as { token: string }
  announce({ url, token })
}

/** Does by hand what register-device.yaml does, with the same reply headers, token check, platform and request IDs, but without the engine. */
async function serveHandWritten(settings: Settings, commitEach: boolean): Promise<void> {
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
  await callAction(platform, flowActor, 'experienceUsers.post', {
    experienceUser: { email: 'ada@lom.example', password: 'correct horse battery' },
  })
  const token = await platform.users.signToken({ user: 'ada@lom.example' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  announce({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, token })
}

interface Registration {
  readonly deviceName: unknown
  readonly manufacturerId: unknown
  readonly owner: string
}

interface Replies {
  code(status: number): { send(body: unknown): unknown }
}

async function registerDevice(platform: Platform, reply: Replies, { deviceName, manufacturerId, owner }: Registration) {
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

async function serveConstant(): Promise<void> {
  const app = fastify()
  app.post('/devices', async (_request, reply) =>
    reply.code(201).send({ deviceId: '0', accessKey: '0', accessSecret: '0' }),
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  announce({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, token: '' })
}

function announce(line: { url: string; token: string | null }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

process.on('SIGTERM', () => process.exit(0))
await main(process.argv[2], process.argv[3])
