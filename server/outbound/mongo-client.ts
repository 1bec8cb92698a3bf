/** Makes the MongoDB operations of flows: on connections that the application names, within a time, and up to a size. */
import type { MongoClient } from 'mongodb'
import type { MongoRequest } from '../../engine/services.ts'
import { type AddressOf, connectionInvalid } from './connection-urls.ts'
import { withDeadline } from './deadline.ts'
import { createDocumentReader, type DocumentLimits } from './mongo-documents.ts'
import { mongoError, mongoTimedOut } from './mongo-errors.ts'
import { operate } from './mongo-operate.ts'
import type { Bson } from './mongo-values.ts'

export interface MongoSenderOptions extends Partial<DocumentLimits> {
  readonly addressOf: AddressOf
  /** How long a server is sought; a replica set that has lost its primary elects another one meanwhile. */
  readonly connectTimeoutMs?: number
}

export interface MongoSender {
  /** Rejects with a `FlowpotError` whose code begins with `MONGO_` or `CONNECTION_`, or with the signal's reason. */
  readonly send: (request: MongoRequest) => Promise<unknown>
  /** Ends the connections to every server. */
  close(): Promise<void>
}

interface OpenedMongo {
  readonly client: MongoClient
  readonly bson: Bson
}

const fiveMegabytes = 5 * 1024 * 1024
/** Longer than any operation may wait: its own time is up before. */
const longestMs = 35_000

export function createMongoSender(options: MongoSenderOptions): MongoSender {
  const { addressOf, connectTimeoutMs = 5_000, maxDocuments = 10_000, maxBytes = fiveMegabytes } = options
  /** By URL. */
  const opened = new Map<string, Promise<OpenedMongo>>()
  const clientAt = (connection: string, address: string) => {
    const known = opened.get(address)
    if (known) return known
    const opening = open(connection, address, connectTimeoutMs)
    opened.set(address, opening)
    opening.catch(() => opened.delete(address))
    return opening
  }

  return {
    async send(request) {
      const { connection, timeoutMs, signal } = request
      const address = addressOf(connection, ['mongodb:', 'mongodb+srv:'])
      const timedOut = () => mongoTimedOut({ connection, seconds: timeoutMs / 1000 })
      try {
        return await withDeadline({ timeoutMs, signal, timedOut }, async (stop) => {
          const { client, bson } = await clientAt(connection, address)
          stop.throwIfAborted()
          const read = createDocumentReader(bson, connection, { maxDocuments, maxBytes })
          return operate(client.db(), { request, bson, stop, read })
        })
      } catch (error) {
        signal.throwIfAborted()
        throw mongoError(error, request)
      }
    },
    async close() {
      const all = await Promise.allSettled(opened.values())
      await Promise.all(all.map((each) => each.status === 'fulfilled' && each.value.client.close()))
    },
  }
}

async function open(connection: string, address: string, connectTimeoutMs: number): Promise<OpenedMongo> {
  // Otherwise the driver goes to the database "test".
  if (!/^[^/]+\/\/[^/?]+\/[^/?]/.test(address)) {
    throw connectionInvalid({ connection, problem: 'its URL names no database, as in mongodb://host/name' })
  }
  // Most applications do without MongoDB, and need not hold what talks to it.
  const { MongoClient, BSON } = await import('mongodb')
  try {
    const client = new MongoClient(address, {
      appName: 'flowpot',
      maxPoolSize: 10,
      maxIdleTimeMS: 30_000,
      serverSelectionTimeoutMS: connectTimeoutMs,
      connectTimeoutMS: connectTimeoutMs,
      waitQueueTimeoutMS: longestMs,
      socketTimeoutMS: longestMs,
      // A regular expression that JavaScript would not take is one all the same.
      bsonRegExp: true,
    })
    return { client, bson: BSON }
  } catch (cause) {
    // The driver's words may repeat the URL, but for those about options.
    const message = cause instanceof Error ? cause.message : ''
    const isOfOption = /^options? [\w, ]+ (is|are) not supported$/.test(message)
    const problem = isOfOption ? `in its URL, ${message}` : 'its URL is not one that MongoDB takes'
    throw connectionInvalid({ connection, problem }, { cause: isOfOption ? cause : undefined })
  }
}
