/** Redis commands of flows, on the real server of this machine. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RedisRequest } from '../../../engine/services.ts'
import { createRedisClient, type RedisClientOptions } from '../../../server/outbound/redis-client.ts'
import { patienceMs } from '../../patience.ts'
import { describeOn, redisUrl, serveTcp, urlTo } from './connections.ts'

function openClient(url: string, options: Partial<RedisClientOptions> = {}) {
  const client = createRedisClient({ urlOf: urlTo(url), ...options })
  onTestFinished(() => client.close())
  return (command: string, args: readonly string[] = [], request: Partial<RedisRequest> = {}) => {
    const { signal } = new AbortController()
    return client.send({ connection: 'readings', command, args, timeoutMs: patienceMs, signal, ...request })
  }
}

function refused(code: string, message = '') {
  return { name: 'FlowpotError', code, status: 500, message: expect.stringContaining(message) }
}

/** A key of its own, which is removed afterwards. */
function newKey(): string {
  const key = `flowpot:test:${randomUUID()}`
  onTestFinished(async () => {
    const redis = new Redis(redisUrl)
    await redis.del(key)
    redis.disconnect()
  })
  return key
}

describeOn('Redis', () => {
  it('writes and reads texts, numbers, lists, maps and nothing', async () => {
    const ask = openClient(redisUrl)
    const [text, list, hash] = [newKey(), newKey(), newKey()]
    expect(await ask('set', [text, "Fern 🌱 '; FLUSHALL\r\nDEL x"])).toBe('OK')
    expect(await ask('get', [text])).toBe("Fern 🌱 '; FLUSHALL\r\nDEL x")
    expect(await ask('get', [newKey()])).toBeNull()
    expect(await ask('rpush', [list, 'a', 'b'])).toBe(2)
    expect(await ask('lrange', [list, '0', '-1'])).toEqual(['a', 'b'])
    await ask('hset', [hash, 'a', '1'])
    expect(await ask('hgetall', [hash])).toEqual({ a: '1' })
  })

  it('refuses a map whose key would reach into every object', async () => {
    const ask = openClient(redisUrl)
    const hash = newKey()
    await ask('hset', [hash, '__proto__', '1'])
    await expect(ask('hgetall', [hash])).rejects.toMatchObject(refused('REDIS_COMMAND_FAILED', '__proto__'))
    expect(await ask('hkeys', [hash])).toEqual(['__proto__'])
  })

  it('passes on what the server says of a command that is wrong, and goes on with the next', async () => {
    const ask = openClient(redisUrl)
    const key = newKey()
    await ask('set', [key, 'a'])
    await expect(ask('incr', [key])).rejects.toMatchObject(refused('REDIS_COMMAND_FAILED', 'not an integer'))
    await expect(ask('lpush', [key, 'a'])).rejects.toMatchObject(refused('REDIS_COMMAND_FAILED', 'WRONGTYPE'))
    await expect(ask('get')).rejects.toMatchObject(refused('REDIS_COMMAND_FAILED', 'wrong number of arguments'))
    expect(await ask('get', [key])).toBe('a')
  })

  it('refuses a reply that is too large', async () => {
    const ask = openClient(redisUrl, { maxBytes: 1000 })
    const key = newKey()
    await ask('setrange', [key, '1000', 'x'])
    await expect(ask('get', [key])).rejects.toMatchObject(refused('REDIS_REPLY_TOO_LARGE', '1000 bytes'))
    expect(await ask('strlen', [key])).toBe(1001)
  })

  it('says that nobody is let in, and never the password', async () => {
    const wrong = new URL(redisUrl)
    wrong.username = 'nobody'
    wrong.password = 'hunter2'
    const error = await openClient(wrong.href)('get', ['a']).catch((reason: unknown) => reason)
    expect(error).toMatchObject(refused('REDIS_LOGIN_REFUSED', 'WRONGPASS'))
    expect(String(error)).not.toContain('hunter2')
  })

  it('sends nothing to another database than its own where there is none of that number', async () => {
    const key = newKey()
    const error = refused('REDIS_LOGIN_REFUSED', 'DB index')
    await expect(openClient(`${redisUrl}/99999`)('set', [key, 'a'])).rejects.toMatchObject(error)
    expect(await openClient(redisUrl)('exists', [key])).toBe(0)
  })

  it('answers a hundred commands at once, each with its own', async () => {
    const ask = openClient(redisUrl)
    const key = newKey()
    const counted = await Promise.all(Array.from({ length: 100 }, () => ask('incr', [key])))
    expect(counted).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  it('keeps its connection where a run is thrown out of after its command', async () => {
    const ask = openClient(redisUrl)
    const controller = new AbortController()
    const id = await ask('client', ['id'], { signal: controller.signal })
    controller.abort()
    expect(await ask('client', ['id'])).toBe(id)
  })

  it('takes another connection once one has ended', async () => {
    const ask = openClient(redisUrl)
    const id = await ask('client', ['id'])
    await expect(ask('client', ['kill', 'id', String(id), 'skipme', 'no'])).resolves.toBe(1)
    const key = newKey()
    await expect.poll(() => ask('exists', [key]).catch(() => undefined)).toBe(0)
    expect(await ask('client', ['id'])).not.toBe(id)
  })
})

describe('a Redis server that is none', () => {
  it.each([
    ['accepts and never answers', () => undefined, 'REDIS_TIMED_OUT', 300],
    ['hangs up', (socket: import('node:net').Socket) => socket.destroy(), 'REDIS_NO_CONNECTION', patienceMs],
  ])('is told of where it %s, for each of many commands', async (_, onConnection, code, timeoutMs) => {
    const ask = openClient(`redis://127.0.0.1:${await serveTcp(onConnection)}`)
    const asked = Array.from({ length: 20 }, () => ask('get', ['a'], { timeoutMs }))
    const outcomes = await Promise.allSettled(asked)
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code))).toEqual(
      new Set([code]),
    )
  })

  it('is told of where nobody listens', async () => {
    const error = refused('REDIS_NO_CONNECTION', 'it refuses connections')
    await expect(openClient('redis://:hunter2@127.0.0.1:1')('get', ['a'])).rejects.toMatchObject(error)
  })

  it('keeps no command waiting longer than its run', async () => {
    const ask = openClient(`redis://127.0.0.1:${await serveTcp(() => undefined)}`)
    const controller = new AbortController()
    const seen = expect(ask('get', ['a'], { signal: controller.signal })).rejects.toThrow('The run is over')
    controller.abort(new Error('The run is over'))
    await seen
  })
})
