/**
 * Reads a multipart form: https://www.rfc-editor.org/rfc/rfc7578. The parsers that we tried refuse or lose what common clients send: names
 * without quotes or with escaped quotes, a space after the boundary, line feeds without carriage returns, a charset of a part. The time grows
 * with the size of the form alone, whatever is in it.
 */
import { decodeExtended } from 'content-disposition'
import { defineError } from '../../contracts/errors.ts'
import { type FileBytes, fileBytes } from '../../engine/values/file-bytes.ts'
import { isTextType, readText } from './body-text.ts'
import { type HeaderValue, parseHeaderValue } from './header-params.ts'

const notMultipart = defineError(
  'HTTP_BODY_NOT_MULTIPART',
  400,
  () => 'The body is not the multipart form that its content type says.',
)
const tooManyParts = defineError<{ max: number; what: 'parts' | 'files' }>(
  'HTTP_FORM_TOO_MANY_PARTS',
  413,
  ({ max, what }) => `The form has more than ${max} ${what}.`,
)

export interface FormLimits {
  /** Fields and files. */
  readonly maxFormParts: number
  readonly maxFormFiles: number
}

type Entry = readonly [name: string, value: string | FileBytes]

const maxHeaderBytes = 16 * 1024
/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1. Searching a body for a boundary of 14,000 characters could take eleven seconds. */
const maxBoundaryLength = 70
const lineFeed = 10
const carriageReturn = 13

export function parseMultipart(body: Buffer, boundary: string | undefined, limits: FormLimits): Entry[] {
  if (boundary === undefined || boundary === '' || boundary.length > maxBoundaryLength) throw notMultipart({})
  const entries: Entry[] = []
  let files = 0
  for (const part of partsOf(body, Buffer.from(`--${boundary}`, 'latin1'))) {
    if (entries.length === limits.maxFormParts) throw tooManyParts({ max: limits.maxFormParts, what: 'parts' })
    const entry = readPart(part)
    if (typeof entry[1] !== 'string' && ++files > limits.maxFormFiles)
      throw tooManyParts({ max: limits.maxFormFiles, what: 'files' })
    entries.push(entry)
  }
  return entries
}

/** Yields what is between the delimiters. What comes before the first and after the last one is not part of the form. */
function* partsOf(body: Buffer, mark: Buffer): Generator<Buffer> {
  let start: number | undefined
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) {
    const after = at + mark.length
    if (at > 0 && body[at - 1] !== lineFeed) continue
    const isLast = body[after] === 0x2d && body[after + 1] === 0x2d
    const next = isLast ? after : endOfLine(body, after)
    if (next === undefined) continue
    if (start !== undefined) yield body.subarray(start, Math.max(start, at - (body[at - 2] === carriageReturn ? 2 : 1)))
    if (isLast) return
    start = next
  }
  throw notMultipart({})
}

/** Where the next line begins, if the rest of this line is only spaces. */
function endOfLine(body: Buffer, from: number): number | undefined {
  let at = from
  while (body[at] === 0x20 || body[at] === 0x09) at++
  if (body[at] === carriageReturn) at++
  return body[at] === lineFeed ? at + 1 : undefined
}

function readPart(part: Buffer): Entry {
  const { headers, content } = splitHeaders(part)
  const disposition = headers.get('content-disposition')
  const name = disposition?.params.get('name')
  if (disposition === undefined || name === undefined) throw notMultipart({})
  const type = headers.get('content-type')
  const bytes = headers.get('content-transfer-encoding')?.type === 'base64' ? decodeBase64(content) : content
  const filename = filenameOf(disposition)
  const isFile = filename !== undefined || (type !== undefined && type.type !== '' && !isTextType(type.type))
  return [
    unescaped(name),
    isFile ? fileBytes(bytes, type?.text || 'text/plain', filename) : readText(bytes, type?.params.get('charset')),
  ]
}

interface PartHeader extends HeaderValue {
  /** The value as it was sent. */
  readonly text: string
}

function splitHeaders(part: Buffer): { readonly headers: ReadonlyMap<string, PartHeader>; readonly content: Buffer } {
  const head = part.subarray(0, maxHeaderBytes).toString('latin1')
  const end = /\r?\n\r?\n/.exec(head)
  if (end === null) throw notMultipart({})
  const headers = new Map<string, PartHeader>()
  // File names come in UTF-8, and from old programs in Latin-1. A line that begins with a space continues the line before it.
  for (const line of readName(part.subarray(0, end.index))
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const text = line.slice(colon + 1).trim()
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), { ...parseHeaderValue(text), text })
  }
  return { headers, content: part.subarray(end.index + end[0].length) }
}

function readName(bytes: Buffer): string {
  try {
    return readText(bytes, undefined)
  } catch {
    return bytes.toString('latin1')
  }
}

function filenameOf({ params }: HeaderValue): string | undefined {
  const extended = params.get('filename*')
  const plain = params.get('filename')
  return (
    (extended === undefined ? undefined : decodeExtended(extended)) ??
    (plain === undefined ? extended : unescaped(plain))
  )
}

/** Browsers escape these three characters: https://html.spec.whatwg.org/#multipart-form-data */
function unescaped(name: string): string {
  return name.replace(/%(?:0A|0D|22)/gi, decodeURIComponent)
}

function decodeBase64(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1'), 'base64')
}
