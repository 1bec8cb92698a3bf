/** The databases of this machine, and servers that misbehave. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { describe, it, onTestFinished } from 'vitest'
import { createUrlOf, type UrlOf } from '../../../server/outbound/connection-urls.ts'
import { patienceMs } from '../../patience.ts'
import { postgresUrl } from '../../platform/store/databases.ts'

export { postgresUrl }
export const mysqlUrl = process.env.MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/test'
export const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'

/** Every connection has this URL. */
export function urlTo(url: string): UrlOf {
  return createUrlOf({ connections: () => ({ readings: { env: 'READINGS_URL' } }), env: { READINGS_URL: url } })
}

async function problemOf(answer: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await answer()
    return undefined
  } catch (error) {
    return String(error)
  }
}

const problems = {
  MariaDB: await problemOf(async () => (await createConnection({ uri: mysqlUrl, connectTimeout: patienceMs })).end()),
  Redis: await problemOf(async () => {
    const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null, connectTimeout: patienceMs })
    redis.on('error', () => undefined)
    await redis.connect()
    redis.disconnect()
  }),
}

/** Where none answers, a skipped test says so. */
export function describeOn(server: keyof typeof problems, suite: () => void): void {
  const problem = problems[server]
  if (problem === undefined) describe(`on ${server}`, suite)
  else it.skip(`on ${server}: NOT RUN, since none answers (${problem})`)
}

/** A server that accepts connections and does with them as told; its port. */
export async function serveTcp(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port // listening, so it has one
}
