/** Decompresses the bodies of requests. */
import { defineError } from '../../contracts/errors.ts'
import { acceptedCodings, codingNames, type Decode, decoderOf, exceedsOutput } from '../content-coding.ts'

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

export interface Coding {
  readonly name: string
  readonly decode: Decode
}

/** `undefined` if the body is not compressed. Throws `HTTP_ENCODING_UNKNOWN` for unknown codings, and for several at once. */
export function codingOf(header: string | undefined): Coding | undefined {
  if (header === undefined) return undefined
  const names = codingNames(header)
  const [name] = names
  if (name === undefined) return undefined
  const decode = names.length === 1 ? decoderOf(name) : undefined
  if (decode === undefined)
    throw encodingUnknown({ encoding: header.slice(0, 60) }, { headers: { 'accept-encoding': acceptedCodings } })
  return { name, decode }
}

export interface DecodedLimits {
  readonly maxBytes: number
  /** By how many times a body may grow. It does not apply to bodies of up to 64 KB. */
  readonly maxRatio: number
}

const smallBytes = 64 * 1024

export async function decodeBody({ name, decode }: Coding, body: Buffer, limits: DecodedLimits): Promise<Buffer> {
  const { maxBytes, maxRatio } = limits
  const max = Math.min(maxBytes, Math.max(smallBytes, body.length * maxRatio))
  try {
    return await decode(body, { maxOutputLength: max })
  } catch (cause) {
    throw exceedsOutput(cause) ? decodedTooLarge({ max }, { cause }) : undecodable({ encoding: name }, { cause })
  }
}
