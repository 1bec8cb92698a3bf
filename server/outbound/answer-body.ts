/** Reads the body of an answer up to a size, and decompresses it: https://www.rfc-editor.org/rfc/rfc9110#section-8.4. */
import { promisify } from 'node:util'
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib'

type Decode = (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer>

const zlibDecode: Decode = promisify(inflate)
const rawDecode: Decode = promisify(inflateRaw)
const gzipDecode: Decode = promisify(gunzip)
const brotliDecode: Decode = promisify(brotliDecompress)

/** What ends too early is read as far as it goes, as browsers and curl do. */
const lenient = { finishFlush: constants.Z_SYNC_FLUSH }

const decoders: Readonly<Record<string, Decode>> = {
  gzip: (bytes, options) => gzipDecode(bytes, { ...options, ...lenient }),
  'x-gzip': (bytes, options) => gzipDecode(bytes, { ...options, ...lenient }),
  // Some servers send deflate without the header of zlib, in whose first byte the method is 8.
  deflate: (bytes, options) =>
    (((bytes[0] ?? 0) & 0x0f) === 8 ? zlibDecode : rawDecode)(bytes, { ...options, ...lenient }),
  br: (bytes, options) => brotliDecode(bytes, { maxOutputLength: options.maxOutputLength }),
}

/** What requests say that they accept. */
export const acceptedCodings = 'gzip, deflate, br'

/** Codings on one another cost a decompression each. */
const maxCodings = 5

/** `undefined` where the body is larger than `maxBytes`, compressed or not; the rest is then not read. */
export async function readAnswerBody(
  stream: AsyncIterable<Uint8Array>,
  contentEncoding: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  let body = await collect(stream, maxBytes)
  for (const decode of decodersOf(contentEncoding)) {
    if (body === undefined || body.length === 0) break
    body = await decompress(decode, body, maxBytes)
  }
  return body
}

/** In the order in which they undo the codings. A body with a coding that nobody knows stays as it came. */
function decodersOf(contentEncoding: string): readonly Decode[] {
  const names = contentEncoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length > maxCodings)
    throw new Error(`it is compressed ${names.length} times, and ${maxCodings} are the most`)
  const found = names.flatMap((name) => (Object.hasOwn(decoders, name) ? (decoders[name] ?? []) : []))
  return found.length === names.length ? found.reverse() : []
}

async function decompress(decode: Decode, body: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await decode(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw error
  }
}

async function collect(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
