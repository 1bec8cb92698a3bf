/** Bodies that come compressed: https://www.rfc-editor.org/rfc/rfc9110#section-8.4. */
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib'
import { defineError } from '../../contracts/errors.ts'

export const encodingUnknown = defineError<{ encoding: string }>(
  'HTTP_ENCODING_UNKNOWN',
  415,
  ({ encoding }) => `The content encoding ${encoding} is not supported.`,
)
const undecodable = defineError<{ encoding: string }>(
  'HTTP_BODY_UNDECODABLE',
  400,
  ({ encoding }) => `The body is not ${encoding}, which is its content encoding.`,
)
const decodedTooLarge = defineError<{ max: number }>(
  'HTTP_BODY_DECODED_TOO_LARGE',
  413,
  ({ max }) => `Decompressed, the body is larger than ${max} bytes.`,
)

type Decode = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>

const decodeZlib: Decode = promisify(inflate)
const decodeRaw: Decode = promisify(inflateRaw)
const decodeGzip: Decode = promisify(gunzip)
const decodeBrotli: Decode = promisify(brotliDecompress)

/** Some clients send deflate without the header that zlib puts before it: its first byte tells, as a method of 8. */
const decodeDeflate: Decode = (bytes, options) =>
  (((bytes[0] ?? 0) & 0x0f) === 8 ? decodeZlib : decodeRaw)(bytes, options)

const codings: Readonly<Record<string, Decode>> = {
  gzip: decodeGzip,
  'x-gzip': decodeGzip,
  deflate: decodeDeflate,
  br: decodeBrotli,
}

export interface Coding {
  readonly name: string
  readonly decode: Decode
}

/** `undefined` where the body comes as it is. Throws for what is not known, and for several on one another. */
export function codingOf(header: string | undefined): Coding | undefined {
  if (header === undefined) return undefined
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  const [name] = names
  if (name === undefined) return undefined
  const decode = names.length === 1 && Object.hasOwn(codings, name) ? codings[name] : undefined
  if (decode === undefined)
    throw encodingUnknown({ encoding: header.slice(0, 60) }, { headers: { 'accept-encoding': 'gzip, deflate, br' } })
  return { name, decode }
}

export interface DecodedLimits {
  readonly maxBytes: number
  /** How many times as large as it was sent a body may be; one of 64 KB is never too large for it. */
  readonly maxRatio: number
}

const smallBytes = 64 * 1024

export async function decodeBody({ name, decode }: Coding, body: Buffer, limits: DecodedLimits): Promise<Buffer> {
  const { maxBytes, maxRatio } = limits
  const max = Math.min(maxBytes, Math.max(smallBytes, body.length * maxRatio))
  try {
    return await decode(body, { maxOutputLength: max })
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    throw isTooLarge ? decodedTooLarge({ max }, { cause }) : undecodable({ encoding: name }, { cause })
  }
}
