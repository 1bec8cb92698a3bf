/** Sends the Redis commands of flows, on connections that the application names, with limits of time and size. */

import { parseJson } from '../../engine/values/json.ts'
import type { UrlOf } from './connection-urls.ts'
import { withDeadline } from './deadline.ts'
import { redisError, redisReplyTooLarge, redisTimedOut } from './redis-errors.ts'
import { openLine, type RedisLine } from './redis-line.ts'
import { defaultMaxBytes, type Sender } from './sender.ts'

export interface RedisClientOptions {
  readonly urlOf: UrlOf
  /** How large a reply may be, as JSON. */
  readonly maxBytes?: number
}

export function createRedisClient({ urlOf, maxBytes = defaultMaxBytes }: RedisClientOptions): Sender<'redis'> {
  /** The line that takes the next command for a URL, if it is still open. */
  const lines = new Map<string, RedisLine>()
  /** All lines that have not ended. */
  const running = new Set<RedisLine>()
  const lineTo = async (url: URL) => {
    // Loaded only when it is needed, since most applications do without Redis.
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
      const failed = (error: unknown) => redisError(error, { connection, command, lost: line?.lost })
      return withDeadline({ timeoutMs, signal, timedOut, failed }, async (stop) => {
        const used = await lineTo(url)
        line = used
        // Other commands must not wait behind a server that is silent.
        const retire = () => used.retire()
        stop.addEventListener('abort', retire)
        try {
          const reply = await used.call(command, args)
          return payloadValue(reply, () => redisReplyTooLarge({ connection, max: maxBytes }))
        } finally {
          // The run may be aborted later, when others use the line.
          stop.removeEventListener('abort', retire)
        }
      })
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
