/** A connection to a Redis server that all runs share. Commands are answered in order. */
import type { Redis } from 'ioredis'

export interface RedisLine {
  /** Whether it takes commands. It never opens again, so that a command is sent once or not at all. */
  readonly isOpen: boolean
  /** The error that ended it, if there was one. */
  readonly lost: Error | undefined
  /** Rejects as the client library does. */
  call(command: string, args: readonly string[]): Promise<unknown>
  /** Takes no more commands, and ends once the earlier ones are answered or have timed out. */
  retire(): void
  end(): void
}

const idleMs = 30_000
/** Longer than any command may wait, so that its own timeout comes first. */
const longestMs = 35_000

export interface RedisLineOptions {
  /** The class of the client library. */
  readonly Redis: typeof import('ioredis').Redis
  /** `redis://` or `rediss://`, with the number of a database as its path. */
  readonly url: URL
  onEnd(): void
}

export function openLine({ Redis, url, onEnd }: RedisLineOptions): RedisLine {
  const server = new URL(url)
  const database = server.pathname.slice(1)
  // If the server refuses the database, the library would go on in database 0, so `connect` selects it instead.
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
  // `call` rejects with the error.
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
