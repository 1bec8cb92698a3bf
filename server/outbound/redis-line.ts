/** A connection to a Redis server, which carries the commands of all runs. Each is answered in its turn. */
import type { Redis } from 'ioredis'

export interface RedisLine {
  /** Whether it takes commands. Once it does not it never does again: a command is sent once, or not at all. */
  readonly isOpen: boolean
  /** What ended it, if that is known. */
  readonly lost: Error | undefined
  /** Rejects as the client library does. */
  call(command: string, args: readonly string[]): Promise<unknown>
  /** Takes no more commands, and ends once those before are answered, or have waited as long as any may. */
  retire(): void
  end(): void
}

const idleMs = 30_000
/** Longer than any command may wait: its own time is up before. */
const longestMs = 35_000

export interface RedisLineOptions {
  /** The client library's. */
  readonly Redis: typeof import('ioredis').Redis
  /** `redis://` or `rediss://`, with the number of a database as its path. */
  readonly url: URL
  onEnd(): void
}

export function openLine({ Redis, url, onEnd }: RedisLineOptions): RedisLine {
  const server = new URL(url)
  const database = server.pathname.slice(1)
  // The library would go on in database 0 where the server refuses another one.
  server.pathname = ''
  server.search = ''
  const redis = new Redis(server.href, {
    lazyConnect: true,
    retryStrategy: () => null,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: longestMs,
    connectionName: 'flowpot',
  })
  let isOpen = true
  let lost: Error | undefined
  let pending = 0
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    isOpen = false
    clearTimeout(timer)
    redis.disconnect()
    onEnd()
  }
  redis.on('end', end)
  redis.on('error', (error: Error) => {
    lost ??= error
  })
  const endAfter = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(end, ms)
    timer.unref()
  }
  const ready = connect(redis, database)
  // Whoever calls hears of it.
  ready.catch(end)

  return {
    get isOpen() {
      return isOpen
    },
    get lost() {
      return lost
    },
    async call(command, args) {
      pending += 1
      clearTimeout(timer)
      try {
        await ready
        return await redis.call(command, ...args)
      } finally {
        pending -= 1
        if (pending === 0) endAfter(isOpen ? idleMs : 0)
      }
    },
    retire() {
      isOpen = false
      endAfter(pending === 0 ? 0 : longestMs)
    },
    end,
  }
}

async function connect(redis: Redis, database: string): Promise<void> {
  await redis.connect()
  if (database !== '') await redis.call('select', database)
}
