/** The same process on PostgreSQL, where more than one may share a database. */
import { randomBytes } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { expect } from 'vitest'
import { createPostgresSchema, describePostgres, runOnPostgres } from '../platform/store/databases.ts'
import { request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'
import { expectKeyIsGood, fern, listDevices, register, signUp } from './lom-client.ts'
import { tellStory } from './tell-story.ts'

async function createDatabase(scene: Scene): Promise<string> {
  const { url, schema } = await createPostgresSchema()
  scene.after(() => runOnPostgres(`drop schema ${schema} cascade`))
  return url
}

/** A proxy between Flowpot and PostgreSQL, so that a test can take the database away. */
async function createProxy(scene: Scene, databaseUrl: string) {
  const url = new URL(databaseUrl)
  const target = { host: url.hostname, port: Number(url.port || 5432) }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const onwards = connect(target)
    for (const one of [socket, onwards]) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => sockets.delete(one))
    }
    socket.pipe(onwards).pipe(socket)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  await listen(0)
  scene.after(close)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.')
  url.host = `127.0.0.1:${address.port}`
  return { url: url.href, goAway: close, comeBack: () => listen(address.port) }
}

describePostgres(() => {
  it.concurrent('the story of lōm is the same as on SQLite', async ({ scene }) => {
    const flowpot = await scene.start({ env: { DATABASE_URL: await createDatabase(scene) } })
    await tellStory(flowpot)
    expect(await flowpot.stop()).toBe(0)
  })

  it.concurrent('two processes that share a signing key serve as one', async ({ scene }) => {
    const env = {
      DATABASE_URL: await createDatabase(scene),
      FLOWPOT_SIGNING_KEY: randomBytes(32).toString('hex'),
    }
    // At once, on an empty database.
    const [one, other] = await Promise.all([scene.start({ env }), scene.start({ env })])
    expect(other.applicationId).toBe(one.applicationId)
    const adminTokens = [one.adminToken, other.adminToken].filter((token) => token !== undefined)
    expect(adminTokens).toHaveLength(1)
    const token = await signUp(one)
    const credentials = await register(other, token)
    await expectKeyIsGood(one, credentials)
    expect(await listDevices(other, String(adminTokens[0]))).toHaveLength(1)

    expect(await one.stop('SIGKILL')).toBe('SIGKILL')
    await register(other, token, 'Ivy')
    expect(await other.stop()).toBe(0)
    const again = await scene.start({ env })
    expect(again.adminToken).toBeUndefined()
    expect(await listDevices(again, String(adminTokens[0]))).toHaveLength(2)
  })

  it.concurrent('a database that goes away is answered with 503, and is used again once it is back', async ({
    scene,
    expect,
  }) => {
    const proxy = await createProxy(scene, await createDatabase(scene))
    const flowpot = await scene.start({ env: { DATABASE_URL: proxy.url } })
    const token = await signUp(flowpot)
    await register(flowpot, token)
    await proxy.goAway()
    for (const [url, body] of [
      [`${flowpot.experience}/devices`, fern],
      [`${flowpot.experience}/users`, { email: 'eve@lom.example', password: 'correct horse battery' }],
    ] as const) {
      const answer = await request(url, { method: 'POST', token, body })
      expect(answer).toMatchObject({ status: 503, body: { error: 'The database does not answer.' } })
    }
    expect(await request(`${flowpot.platform}/healthz`)).toMatchObject({ status: 200 })
    expect(await request(`${flowpot.platform}/readyz`)).toMatchObject({ status: 503 })
    expect(await request(`${flowpot.experience}/no-such-route`)).toMatchObject({ status: 404 })

    await proxy.comeBack()
    await expect.poll(() => request(`${flowpot.platform}/readyz`)).toMatchObject({ status: 200 })
    await register(flowpot, token, 'Ivy')
    expect(await flowpot.stop()).toBe(0)
  })
})
