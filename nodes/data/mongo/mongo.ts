import { Type } from 'typebox'
import { anything } from '../../../engine/json-schema/shape.ts'
import { defineNode } from '../../../engine/node.ts'
import { PathTo, ValueOf } from '../../../engine/schema.ts'
import type { MongoRequest } from '../../../engine/services.ts'
import { connectionField, timeoutField } from '../../parts/connection-fields.ts'
import { failedEffect } from '../../parts/failed-effect.ts'
import { operationField, operationTable, shapeOfOperation } from '../../parts/operations.ts'
import { mayRefuse, typedRefusalShape } from '../../parts/refuse.ts'
import { translateMongo } from './losant-mongo.ts'
import { checkMongo } from './mongo-check.ts'
import { mongoExamples } from './mongo-examples.ts'
import { askedFields, withNumbers } from './mongo-fields.ts'
import { guardedReader } from './mongo-guard.ts'
import { operations } from './mongo-operations.ts'

export const mongo = defineNode({
  type: 'mongo',
  losant: { type: 'MongoNode', translate: translateMongo },
  summary: 'Queries or changes a collection of a MongoDB database.',
  description: `The database is named in \`application.yaml\`, with the environment variable that has its URL:
\`connections: { garden: { env: GARDEN_URL } }\`. The URL is \`mongodb://user:password@host:27017/name\` or \`mongodb+srv://…\`, and has the
name of the database. For TLS, add \`?tls=true\`.

${operationTable(operations)}

Fields in brackets are optional; without a \`filter\`, all documents are meant.

Types that JSON does not have are written as Extended JSON, both in requests and in results: \`{ $oid: 6a1c2d3e4f5a6b7c8d9e0f1b }\`,
\`{ $date: 2026-05-01T12:00:00Z }\`, \`{ $numberDecimal: "1.50" }\`, and \`{ $numberLong: … }\` for whole numbers above 2^53. So an \`_id\` from a result
can be used in a request as it is, and \`<< data.pot._id.$oid >>\` is its text.

A template only ever gives a value. If it gives a map with a key such as \`$ne\`, the run fails before anything is sent: write operators in the flow. In a
pipeline, a text that begins with \`$\` is a field, so one that a template gives fails the run too, unless it is in \`{ $literal: << … >> }\`. A value that
is missing in a filter or a pipeline fails the run, and so does a \`null\` that a template gives in a filter, since more documents would match without the
value; in a document it is left out. Operators that run JavaScript in the database cannot be used.

\`else\` is taken with \`{ error: { type, message } }\` if the database cannot be reached, refuses the operation, takes too long, or returns more than
10000 documents or 5 MB. The type is \`MONGO_DUPLICATE_KEY\` if a unique index forbids the change, and \`MONGO_VALUE_INVALID\` for a malformed value
such as an \`$oid\`. Without an \`else\`, the run fails.`,
  config: Type.Object({
    connection: connectionField(),
    collection: ValueOf(Type.String({ pattern: '^(?!system\\.)[^$\\0]+$', maxLength: 200 }), {
      description: 'Name of the collection.',
      examples: ['pots'],
    }),
    operation: operationField(operations),
    ...askedFields,
    timeoutSeconds: timeoutField,
    result: Type.Optional(PathTo({ description: 'Where the result of the operation goes, or the error.' })),
    errorResult: Type.Optional(PathTo({ description: 'Where the error goes. Defaults to `result`.' })),
  }),
  ...mayRefuse(typedRefusalShape, ({ operation }) => shapeOfOperation(operations, operation, anything)),
  check: checkMongo,
  compile: (config, context) => {
    const { connection, collection, operation, timeoutSeconds, result, errorResult } = config
    const { filter, update, replacement, document, documents, pipeline, field, options } = config
    return async (payload, run) => {
      const value = guardedReader(payload, context.config)
      const request: MongoRequest = {
        connection,
        collection: collection(payload),
        operation,
        ...(filter && { filter: value('filter', filter) }),
        ...(update && { update: value('update', update) }),
        ...(replacement && { replacement: value('replacement', replacement) }),
        ...(document && { document: value('document', document) }),
        ...(documents && { documents: value('documents', documents) }),
        ...(pipeline && { pipeline: value('pipeline', pipeline) }),
        ...(field && { field: value('field', field) }),
        ...(options && { options: withNumbers(value('options', options)) }),
        timeoutMs: (timeoutSeconds?.(payload) ?? 10) * 1000,
        signal: run.signal,
      }
      try {
        const given = await run.services.mongo(request)
        result?.set(payload, given)
        return 'then'
      } catch (error) {
        return failedEffect(error, { payload, result: errorResult ?? result, wired: context.wired })
      }
    }
  },
  examples: mongoExamples,
})
