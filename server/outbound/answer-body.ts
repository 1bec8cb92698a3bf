/** Reads the body of an answer up to a size, and decompresses it: https://www.rfc-editor.org/rfc/rfc9110#section-8.4. */
import { codingNames, type Decode, decoderOf, exceedsOutput } from '../content-coding.ts'

/** Each coding costs one decompression. */
const maxCodings = 5

/** Returns `undefined` if the body is larger than `maxBytes`, compressed or not. The rest of it is not read then. */
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

/** The decoders in the order in which they are applied. A body with an unknown coding stays as it came. */
function decodersOf(contentEncoding: string): readonly Decode[] {
  const names = codingNames(contentEncoding)
  if (names.length > maxCodings)
    throw new Error(`it is compressed ${names.length} times, and ${maxCodings} are the most`)
  const found = names.flatMap((name) => decoderOf(name) ?? [])
  return found.length === names.length ? found.reverse() : []
}

async function decompress(decode: Decode, body: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await decode(body, { maxOutputLength: maxBytes, isLenient: true })
  } catch (error) {
    if (exceedsOutput(error)) return undefined
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
