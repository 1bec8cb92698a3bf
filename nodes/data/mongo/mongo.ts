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
name of the database. TLS is asked for with \`?tls=true\`.

${operationTable(operations)}

Fields in brackets are optional; without a \`filter\`, all documents are meant.

What JSON has no form for is Extended JSON, on the way in and out: \`{ $oid: 6a1c2d3e4f5a6b7c8d9e0f1b }\`, \`{ $date: 2026-05-01T12:00:00Z }\`,
\`{ $numberDecimal: "1.50" }\`, and \`{ $numberLong: … }\` for whole numbers above 2^53. So an \`_id\` that was read can be given back as it is, and
\`<< data.pot._id.$oid >>\` is its text.

A template is a value and never more. Where it gives a map with a key such as \`$ne\`, the run fails before anything is asked: operators are
written in the flow. In a pipeline a text with \`$\` in front is a field, so one that a template gives fails the run too, unless it stands
in \`{ $literal: << … >> }\`. What is missing in a filter or in a pipeline fails the run, and so does a \`null\` that a template gives a filter, since without a value more documents would be meant; in a document it
is left out. Operators that run JavaScript in the database cannot be used.

\`else\` is taken with \`{ error: { type, message } }\` where the database cannot be reached, refuses the operation, takes too long, or gives more
than 10000 documents or 5 MB. \`type\` is \`MONGO_DUPLICATE_KEY\` where a unique index stands against it, and \`MONGO_VALUE_INVALID\` where an \`$oid\`,
say, is none. Without an \`else\` that fails the run.`,
  config: Type.Object({
    connection: connectionField(),
    collection: ValueOf(Type.String({ pattern: '^(?!system\\.)[^$\\0]+$', maxLength: 200 }), {
      description: 'Name of the collection.',
      examples: ['pots'],
    }),
    operation: operationField(operations),
    ...askedFields,
    timeoutSeconds: timeoutField,
    result: Type.Optional(PathTo({ description: 'Where it goes what the operation gives, or the error.' })),
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
