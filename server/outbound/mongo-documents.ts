/** Turns what the driver returns into documents that a payload may hold, and refuses too many or too large ones. */
import { parseJson } from '../../engine/values/json.ts'
import { mongoResultTooLarge } from './mongo-errors.ts'
import { type Bson, fromBson } from './mongo-values.ts'

export interface DocumentLimits {
  readonly maxDocuments: number
  /** The size of all documents as JSON. */
  readonly maxBytes: number
}

/** Takes the documents or values one after another. Throws `MONGO_RESULT_TOO_LARGE`, or a `SyntaxError` for a value that no payload can hold. */
export type DocumentReader = (value: unknown) => unknown

export function createDocumentReader(bson: Bson, connection: string, limits: DocumentLimits): DocumentReader {
  const { maxDocuments, maxBytes } = limits
  let count = 0
  let bytes = 0
  return (value) => {
    count += 1
    if (count > maxDocuments) throw mongoResultTooLarge({ connection, max: `${maxDocuments} documents` })
    const json = JSON.stringify(fromBson(value, bson))
    bytes += json.length
    if (bytes > maxBytes) throw mongoResultTooLarge({ connection, max: `${maxBytes} bytes` })
    return parseJson(json)
  }
}
