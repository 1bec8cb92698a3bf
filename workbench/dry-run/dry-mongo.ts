/** What a MongoDB operation is answered with in a dry run: that nothing was there, and that what was to be written was. */
import type { MongoRequest } from '../../engine/services.ts'

const id = { $oid: '0'.repeat(24) }

export function emptyAnswer({ operation, documents = [] }: MongoRequest): unknown {
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
    case 'insertMany':
      return {
        acknowledged: true,
        insertedCount: documents.length,
        insertedIds: Object.fromEntries(documents.map((_, index) => [index, id])),
      }
    case 'deleteOne':
    case 'deleteMany':
      return { acknowledged: true, deletedCount: 0 }
    default:
      return { acknowledged: true, matchedCount: 0, modifiedCount: 0, upsertedCount: 0, upsertedId: null }
  }
}
