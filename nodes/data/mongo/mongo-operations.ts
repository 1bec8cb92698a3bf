/** What each operation of a `mongo` node is asked with. */
import { anything, listShape, type Shape, scalar } from '../../../engine/json-schema/shape.ts'
import type { RawConfig } from '../../../engine/node.ts'
import { type MongoOperation, mongoOperations } from '../../../engine/services.ts'

/** The fields that say what is asked, besides `options`. */
export const mongoFields = ['filter', 'update', 'replacement', 'document', 'documents', 'pipeline', 'field'] as const

type MongoField = (typeof mongoFields)[number]

interface OperationShape {
  readonly required: readonly MongoField[]
  readonly optional?: readonly MongoField[]
  readonly options: readonly string[]
}

const finding = ['sort', 'projection', 'skip', 'collation', 'hint']
const updating = ['upsert', 'arrayFilters', 'collation', 'hint']

export const operationShapes: Readonly<Record<MongoOperation, OperationShape>> = {
  find: { required: [], optional: ['filter'], options: [...finding, 'limit'] },
  findOne: { required: [], optional: ['filter'], options: finding },
  count: { required: [], optional: ['filter'], options: ['limit', 'skip', 'collation', 'hint'] },
  distinct: { required: ['field'], optional: ['filter'], options: ['collation'] },
  aggregate: { required: ['pipeline'], options: ['allowDiskUse', 'collation', 'hint'] },
  insertOne: { required: ['document'], options: [] },
  insertMany: { required: ['documents'], options: ['ordered'] },
  updateOne: { required: ['filter', 'update'], options: updating },
  updateMany: { required: ['filter', 'update'], options: updating },
  replaceOne: { required: ['filter', 'replacement'], options: ['upsert', 'collation', 'hint'] },
  deleteOne: { required: ['filter'], options: ['collation', 'hint'] },
  deleteMany: { required: ['filter'], options: ['collation', 'hint'] },
}

export function isMongoOperation(value: unknown): value is MongoOperation {
  return mongoOperations.some((operation) => operation === value)
}

/** Of a node whose schema has passed. */
export function givenFields(config: RawConfig): readonly MongoField[] {
  return mongoFields.filter((field) => config[field] !== undefined)
}

/** What stands at `result`, as far as the operation says. */
export function shapeOfResult(operation: unknown): Shape {
  if (operation === 'count') return scalar
  return operation === 'find' || operation === 'distinct' || operation === 'aggregate' ? listShape(anything) : anything
}
