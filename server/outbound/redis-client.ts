/** Sends the Redis commands of flows: on connections that the application names, within a time, and up to a size. */

import type { RedisRequest } from '../../engine/services.ts'
import { parseJson } from '../../engine/values/json.ts'
import type { UrlOf } from './connection-urls.ts'
import { withDeadline } from './deadline.ts'
import { redisError, redisReplyTooLarge, redisTimedOut } from './redis-errors.ts'
import { openLine, type RedisLine } from './redis-line.ts'

export interface RedisClientOptions {
  readonly urlOf: UrlOf
  /** How large a reply may be, as JSON. */
  readonly maxBytes?: number
}

export interface RedisClient {
  /** Rejects with a `FlowpotError` whose code begins with `REDIS_` or `CONNECTION_`, or with the signal's reason. */
  readonly send: (request: RedisRequest) => Promise<unknown>
  /** Ends the connections to every server. */
  close(): Promise<void>
}

const fiveMegabytes = 5 * 1024 * 1024

export function createRedisClient({ urlOf, maxBytes = fiveMegabytes }: RedisClientOptions): RedisClient {
  /** By URL: where the next command goes, if it is still open. */
  const lines = new Map<string, RedisLine>()
  /** All that have not ended. */
  const running = new Set<RedisLine>()
  const lineTo = async (url: URL) => {
    // Most applications do without Redis, and need not hold what talks to it.
    const { Redis } = await import('ioredis')
    const known = lines.get(url.href)
    if (known?.isOpen) return known
    const line = openLine({ Redis, url, onEnd: () => running.delete(line) })
    lines.set(url.href, line)
    running.add(line)
    return line
  }

  return {
    async send({ connection, command, args, timeoutMs, signal }) {
      const url = urlOf(connection, ['redis:', 'rediss:'])
      const timedOut = () => redisTimedOut({ connection, seconds: timeoutMs / 1000 })
      let line: RedisLine | undefined
      try {
        return await withDeadline({ timeoutMs, signal, timedOut }, async (stop) => {
          const used = await lineTo(url)
          line = used
          // Others are not to wait behind a server that is silent.
          const retire = () => used.retire()
          stop.addEventListener('abort', retire)
          try {
            const reply = await used.call(command, args)
            return payloadValue(reply, () => redisReplyTooLarge({ connection, max: maxBytes }))
          } finally {
            // The run may be thrown out of later on.
            stop.removeEventListener('abort', retire)
          }
        })
      } catch (error) {
        signal.throwIfAborted()
        throw redisError(error, { connection, command, lost: line?.lost })
      }
    },
    async close() {
      for (const line of running) line.end()
    },
  }

  function payloadValue(reply: unknown, tooLarge: () => Error): unknown {
    const json = JSON.stringify(reply)
    if (json.length > maxBytes) throw tooLarge()
    return parseJson(json)
  }
}
