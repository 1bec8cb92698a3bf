/** Carries out the MongoDB operations of flows, on connections that the application names, with limits of time and size. */
import type { MongoClient } from 'mongodb'
import { type AddressOf, connectionInvalid } from './connection-urls.ts'
import { withDeadline } from './deadline.ts'
import { createDocumentReader, type DocumentLimits } from './mongo-documents.ts'
import { mongoError, mongoTimedOut } from './mongo-errors.ts'
import { operate } from './mongo-operate.ts'
import type { Bson } from './mongo-values.ts'
import { createOpenedByUrl } from './opened-by-url.ts'
import { defaultMaxBytes, type Sender } from './sender.ts'

export interface MongoSenderOptions extends Partial<DocumentLimits> {
  readonly addressOf: AddressOf
  /** How long the driver looks for a server. A replica set that has lost its primary elects another one in this time. */
  readonly connectTimeoutMs?: number
}

interface OpenedMongo {
  readonly client: MongoClient
  readonly bson: Bson
}

/** Longer than any operation may wait, so that its own timeout comes first. */
const longestMs = 35_000

export function createMongoSender(options: MongoSenderOptions): Sender<'mongo'> {
  const { addressOf, connectTimeoutMs = 5_000, maxDocuments = 10_000, maxBytes = defaultMaxBytes } = options
  const opened = createOpenedByUrl(({ client }: OpenedMongo) => client.close())
  return {
    async send(request) {
      const { connection, timeoutMs, signal } = request
      const address = addressOf(connection, ['mongodb:', 'mongodb+srv:'])
      const timedOut = () => mongoTimedOut({ connection, seconds: timeoutMs / 1000 })
      const failed = (error: unknown) => mongoError(error, request)
      return withDeadline({ timeoutMs, signal, timedOut, failed }, async (stop) => {
        const { client, bson } = await opened.of(address, () => open(connection, address, connectTimeoutMs))
        stop.throwIfAborted()
        const read = createDocumentReader(bson, connection, { maxDocuments, maxBytes })
        return operate(client.db(), { request, bson, stop, read })
      })
    },
    close: opened.close,
  }
}

async function open(connection: string, address: string, connectTimeoutMs: number): Promise<OpenedMongo> {
  // The driver would use the database "test".
  if (!/^[^/]+\/\/[^/?]+\/[^/?]/.test(address)) {
    throw connectionInvalid({ connection, problem: 'its URL names no database, as in mongodb://host/name' })
  }
  // Loaded only when it is needed, since most applications do without MongoDB.
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
      // Regular expressions that JavaScript does not accept are read as well.
      bsonRegExp: true,
    })
    return { client, bson: BSON }
  } catch (cause) {
    // The driver's message may repeat the URL, unless it is about an option.
    const message = cause instanceof Error ? cause.message : ''
    const isOfOption = /^options? [\w, ]+ (is|are) not supported$/.test(message)
    const problem = isOfOption ? `in its URL, ${message}` : 'its URL is not one that MongoDB takes'
    throw connectionInvalid({ connection, problem }, { cause: isOfOption ? cause : undefined })
  }
}
