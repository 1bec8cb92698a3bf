/** Carries out one operation of a flow with the driver. */
import type { AggregationCursor, Db, FindCursor } from 'mongodb'
import type { MongoRequest } from '../../engine/services.ts'
import type { DocumentReader } from './mongo-documents.ts'
import { type Bson, toDocument } from './mongo-values.ts'

export interface Operation {
  readonly request: MongoRequest
  readonly bson: Bson
  /** Aborted when nobody waits for the result any more. */
  readonly stop: AbortSignal
  readonly read: DocumentReader
}

/** Rejects as the driver does, with `MONGO_VALUE_INVALID`, or with what `read` throws. */
export async function operate(db: Db, { request, bson, stop, read }: Operation): Promise<unknown> {
  const document = (value: Readonly<Record<string, unknown>> = {}) => toDocument(value, bson)
  const collection = db.collection(request.collection)
  const filter = document(request.filter)
  // The server itself ends an operation that takes longer, even if this process is gone.
  const options = { ...document(request.options), maxTimeMS: Math.ceil(request.timeoutMs) }
  const { update = {}, documents = [], pipeline = [] } = request
  switch (request.operation) {
    case 'find':
      return readAll(collection.find(filter, { ...options, signal: stop }), read)
    case 'aggregate':
      return readAll(collection.aggregate(pipeline.map(document), { ...options, signal: stop }), read)
    case 'findOne':
      return read(await collection.findOne(filter, { ...options, signal: stop }))
    case 'count':
      return collection.countDocuments(filter, { ...options, signal: stop })
    case 'distinct':
      return (await collection.distinct(request.field ?? '', filter, options)).map(read)
    case 'insertOne':
      return read(await collection.insertOne(document(request.document), options))
    case 'insertMany':
      return read(await collection.insertMany(documents.map(document), options))
    case 'updateOne':
      return read(await collection.updateOne(filter, isList(update) ? update.map(document) : document(update), options))
    case 'updateMany':
      return read(
        await collection.updateMany(filter, isList(update) ? update.map(document) : document(update), options),
      )
    case 'replaceOne':
      return read(await collection.replaceOne(filter, document(request.replacement), options))
    case 'deleteOne':
      return read(await collection.deleteOne(filter, options))
    case 'deleteMany':
      return read(await collection.deleteMany(filter, options))
  }
}

/** If `read` throws, the loop closes the cursor, and the server sends no more. */
async function readAll(cursor: FindCursor | AggregationCursor, read: DocumentReader): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const found of cursor) all.push(read(found))
  return all
}

function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value)
}
