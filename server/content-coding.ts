/** The codings that bodies are compressed with, sent or received: https://www.rfc-editor.org/rfc/rfc9110#section-8.4. */
import { promisify } from 'node:util'
import { brotliDecompress, constants, gunzip, inflate, inflateRaw } from 'node:zlib'

export interface DecodeOptions {
  /** Bytes that the body may have once it is decompressed. */
  readonly maxOutputLength: number
  /** Reads what ends too early as far as it goes, as browsers and curl do, except for Brotli. */
  readonly isLenient?: boolean
}

export type Decode = (bytes: Uint8Array, options: DecodeOptions) => Promise<Buffer>

const decodeZlib = promisify(inflate)
const decodeRaw = promisify(inflateRaw)
const decodeGzip = promisify(gunzip)
const decodeBrotli = promisify(brotliDecompress)

const zlibOptions = ({ maxOutputLength, isLenient = false }: DecodeOptions) => ({
  maxOutputLength,
  ...(isLenient && { finishFlush: constants.Z_SYNC_FLUSH }),
})

const gzip: Decode = (bytes, options) => decodeGzip(bytes, zlibOptions(options))

const decoders: Readonly<Record<string, Decode>> = {
  gzip,
  'x-gzip': gzip,
  // Some send deflate without the header of zlib, in whose first byte the method is 8.
  deflate: (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? decodeZlib : decodeRaw)(bytes, zlibOptions(options)),
  br: (bytes, { maxOutputLength }) => decodeBrotli(bytes, { maxOutputLength }),
}

/** What requests say that they accept, and what a refusal says that is accepted. */
export const acceptedCodings = 'gzip, deflate, br'

export const decoderOf = (name: string): Decode | undefined =>
  Object.hasOwn(decoders, name) ? decoders[name] : undefined

/** The codings of a `content-encoding`, in the order in which they were applied. */
export function codingNames(contentEncoding: string): string[] {
  return contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
}

/** Whether a decoder stopped because of `maxOutputLength`. */
export function exceedsOutput(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}
