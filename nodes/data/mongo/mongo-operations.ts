/** The operations of a `mongo` node. */
import { anything, listShape, scalar } from '../../../engine/json-schema/shape.ts'
import { type MongoOperation, mongoOperations } from '../../../engine/services.ts'
import type { Operation } from '../../parts/operations.ts'

interface OperationWithOptions extends Operation {
  /** What `options` may have in it. */
  readonly options: readonly string[]
}

const documents = { meaning: 'A list of documents.', shape: listShape(anything) }
const changes = '`{ matchedCount, modifiedCount, upsertedId }`.'
const finding = ['sort', 'projection', 'skip', 'collation', 'hint']
const updating = { meaning: changes, options: ['upsert', 'arrayFilters', 'collation', 'hint'] }
const deleting = { meaning: '`{ deletedCount }`.', required: ['filter'], options: ['collation', 'hint'] }

export const operations: Readonly<Record<MongoOperation, OperationWithOptions>> = {
  find: { ...documents, optional: ['filter'], options: [...finding, 'limit'] },
  findOne: { meaning: 'A document, or `null`.', optional: ['filter'], options: finding },
  count: {
    meaning: 'A number.',
    optional: ['filter'],
    options: ['limit', 'skip', 'collation', 'hint'],
    shape: scalar,
  },
  distinct: {
    meaning: 'A list of values.',
    required: ['field'],
    optional: ['filter'],
    options: ['collation'],
    shape: listShape(anything),
  },
  aggregate: { ...documents, required: ['pipeline'], options: ['allowDiskUse', 'collation', 'hint'] },
  insertOne: { meaning: '`{ insertedId }`.', required: ['document'], options: [] },
  insertMany: {
    meaning: '`{ insertedCount, insertedIds }`, the IDs by index.',
    required: ['documents'],
    options: ['ordered'],
  },
  updateOne: { ...updating, required: ['filter', 'update'] },
  updateMany: { ...updating, required: ['filter', 'update'] },
  replaceOne: { meaning: changes, required: ['filter', 'replacement'], options: ['upsert', 'collation', 'hint'] },
  deleteOne: deleting,
  deleteMany: deleting,
}

export function isMongoOperation(value: unknown): value is MongoOperation {
  return mongoOperations.some((operation) => operation === value)
}
