import { type Effect, stubbedResult, withoutSignal, withoutTimeout } from './effect.ts'
import type { MongoRequest } from './services.ts'

export const mongo: Effect<[MongoRequest], unknown> = {
  describe: withoutSignal,
  dry: emptyAnswer,
  sent: {
    show: withoutTimeout,
    showResult: (result) => result,
    unsent: 'not sent, and answered as if nothing were there; --live sends it',
  },
  stub: {
    does: 'asks MongoDB',
    example: '{ result: [ { name: Fern } ] }',
    fields: ['result'],
    answer: stubbedResult,
  },
}

const id = { $oid: '0'.repeat(24) }

/** Answers as if the database were empty and the write had succeeded. */
function emptyAnswer({ operation, documents = [] }: MongoRequest): unknown {
  switch (operation) {
    case 'find':
    case 'distinct':
    case 'aggregate':
      return []
    case 'findOne':
      return null
    case 'count':
      return 0
    case 'insertOne':
      return { acknowledged: true, insertedId: id }
    case 'insertMany': {
      const insertedIds = Object.fromEntries(documents.map((_, index) => [index, id]))
      return { acknowledged: true, insertedCount: documents.length, insertedIds }
    }
    case 'deleteOne':
    case 'deleteMany':
      return { acknowledged: true, deletedCount: 0 }
    default:
      return { acknowledged: true, matchedCount: 0, modifiedCount: 0, upsertedCount: 0, upsertedId: null }
  }
}
