/** Finds out which bodies are text, and decodes them. */
import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { defineError } from '../../contracts/errors.ts'
import { decodeText } from '../../engine/values/decode-text.ts'

const charsetUnknown = defineError<{ charset: string }>(
  'HTTP_CHARSET_UNKNOWN',
  415,
  ({ charset }) => `The charset ${JSON.stringify(charset.slice(0, 60))} is not supported.`,
)
const notText = defineError<{ charset: string }>(
  'HTTP_BODY_NOT_TEXT',
  400,
  ({ charset }) => `The body is not text in ${charset}, which is its charset.`,
)

const textTypes = new Set(
  [
    ['ecmascript', 'graphql', 'javascript', 'json', 'json5', 'json-seq', 'jsonl', 'jsonlines', 'ndjson', 'sdp', 'sql'],
    ['toml', 'x-httpd-php', 'x-javascript', 'x-json-stream', 'x-jsonlines', 'x-ndjson', 'x-pem-file', 'x-sh'],
    ['x-toml', 'x-www-form-urlencoded', 'x-yaml', 'xml', 'xml-dtd', 'yaml'],
  ]
    .flat()
    .map((subtype) => `application/${subtype}`),
)

/** Whether bodies of this media type, in lower case and without parameters, are text. */
export function isTextType(type: string): boolean {
  return type.startsWith('text/') || textTypes.has(type) || /\+(?:json|xml|yaml|json-seq)$/.test(type)
}

/** Without a charset the text is UTF-8. Refuses bytes that are not valid in the charset, so that no flow stores garbled text. */
export function readText(bytes: Buffer, charset: string | undefined): string {
  if (charset === undefined || /^utf-?8$/i.test(charset)) {
    if (isUtf8(bytes)) return bytes.toString('utf8')
    throw notText({ charset: 'UTF-8' })
  }
  return decodeBytes(bytes, decoderOf(charset))
}

export function decodeBytes(bytes: Buffer, decoder: TextDecoder): string {
  try {
    return decodeText(bytes, decoder)
  } catch (cause) {
    throw notText({ charset: decoder.encoding }, { cause })
  }
}

export function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch (cause) {
    throw charsetUnknown({ charset }, { cause })
  }
}
